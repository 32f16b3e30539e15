// What the token cache keeps, as values.  Row ids are valid within one file only; identities are
// content hashes, fingerprints and times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/media_time.h"
#include "core/token_matrix.h"

namespace hindsight::index {

/// How visual tokens are kept; index/token_codec.h gives the formats and their errors.
enum class TokenCodec { int8, bf16 };

struct VideoRecord {
  std::int64_t id = 0;
  std::string content_hash;
  std::string name;  ///< the name it was last ingested under
  std::string path;
  MediaTime end;
  int width = 0;  ///< display size
  int height = 0;
  std::string facts_json;  ///< codec, rates, sizes: for people
};

/// A name and path under which a video has been ingested.
struct VideoName {
  std::string name;
  std::string path;
};

/// What tokens depend on besides the frames: the checkpoint and the way from pixels to patches.
struct ModelKey {
  std::string fingerprint;
  std::string preprocessing;
  friend bool operator==(const ModelKey&, const ModelKey&) = default;
};

/// One way of turning a video into tokens.  Another model, plan or codec is another run: it adds,
/// never mixes.
struct RunRecord {
  std::int64_t id = 0;
  std::int64_t video_id = 0;
  std::string model_fingerprint;
  std::string model_name;
  std::string preprocessing;  ///< version of pixels -> patches
  std::string plan_settings;  ///< canonical text of the options that make the plan
  TokenCodec codec = TokenCodec::int8;
  int token_width = 0;
  bool complete = false;
  int stretches_done = 0;  ///< 0 .. stretches_done - 1 are in the store
  [[nodiscard]] ModelKey model() const { return {model_fingerprint, preprocessing}; }
};

struct StoredPair {
  std::int64_t id = 0;
  std::int64_t video_id = 0;
  std::int64_t run_id = 0;
  int stretch = 0;
  int rank = 0;  ///< within its stretch
  MediaTime first;
  MediaTime second;
  TimeSpan covers;
  int width = 0;
  int height = 0;
  int num_tokens = 0;
  std::string reason;
  /// A repeat: rank, in its stretch, of the earlier pair that shows the same and whose tokens,
  /// vector, thumbnail and looks are this one's too.
  std::optional<int> same_as{};
  std::int64_t original_id = 0;  ///< that pair's id, filled in by the store; 0: no repeat
  /// Of the pair that the tokens were made of.
  [[nodiscard]] std::int64_t token_pair_id() const { return original_id != 0 ? original_id : id; }
};

/// The identity of a pair's tokens within one video and model.
struct TokenKey {
  MediaTime first;
  MediaTime second;
  int width = 0;
  int height = 0;
  TokenCodec codec = TokenCodec::int8;
};

struct StoredSpan {
  TimeSpan span;
  double score = 0;
};

struct StoredText {
  std::int64_t video_id = 0;
  TimeSpan span;
  std::string text;
  std::string language;
  std::string origin;
};

struct TextHit {
  StoredText text;
  double score = 0;  ///< BM25, higher is better; comparable within one search only
};

/// A pair with its tokens, on its way into the store.
struct EncodedPair {
  StoredPair pair;        ///< id, video_id, run_id and stretch are filled in by the store
  TokenMatrix tokens;     ///< empty when `stored_tokens` is set or the pair is a repeat
  std::string thumbnail;  ///< JPEG bytes; may be empty
  /// What Store::find_tokens() gave for this pair: nothing was encoded, the stored tokens are
  /// shared.
  std::int64_t stored_tokens = 0;
};

/// Everything one stretch adds; committed as one.
struct StretchRecord {
  int number = 0;
  TimeSpan span;
  std::vector<TimeSpan> shots;
  std::vector<StoredSpan> activity;
  std::vector<EncodedPair> pairs;
};

/// One vector a pair (the mean of its tokens, unit length), contiguous for a scan:
/// vector i = scales[i] * codes[i * width .. (i + 1) * width).
struct PairVectors {
  int width = 0;
  std::vector<std::int64_t> pair_ids;
  std::vector<float> scales;
  std::vector<std::int8_t> codes;  ///< [pair_ids.size(), width]
};

/// Who is asked what about pairs.
struct LookKey {
  std::string judge;     ///< the language model and the form in which it is asked
  std::string question;  ///< about one pair: "Is a red car visible?"
};

/// What a language model said of one pair.
struct Look {
  std::int64_t pair_id = 0;
  double score = 0;   ///< probability of "yes", 0..1; 0 where the question is no such question
  std::string reply;  ///< its text; empty where only the score was asked for
};

/// How much of a video some pairs look at.
struct Coverage {
  double share = 0;     ///< union of the pairs' `covers` over the video's length, 0..1
  TimeSpan widest_gap;  ///< the longest span in which no frame was looked at
};

enum class GapReason {
  not_seen,     ///< between stretches that do not touch, as happens to a live source
  not_decoded,  ///< a stretch without a shot: no picture of it could be decoded
};

/// "not_seen", "not_decoded".
[[nodiscard]] constexpr const char* to_string(GapReason reason) {
  return reason == GapReason::not_seen ? "not_seen" : "not_decoded";
}

/// Time before the end of a run of which it has no picture.
struct Gap {
  TimeSpan span;
  GapReason reason = GapReason::not_seen;
  friend bool operator==(const Gap&, const Gap&) = default;
};

struct RunStats {
  std::int64_t num_pairs = 0;
  std::int64_t num_repeats = 0;  ///< of these pairs; their tokens count once
  std::int64_t num_tokens = 0;
  std::int64_t token_bytes = 0;
  std::int64_t vector_bytes = 0;
  std::int64_t thumbnail_bytes = 0;
  MediaTime reached;  ///< end of the last stretch that is done
  Coverage coverage;
};

struct StoreStats {
  std::int64_t num_videos = 0;
  std::int64_t num_runs = 0;
  std::int64_t num_pairs = 0;
  std::int64_t num_tokens = 0;  ///< kept; tokens shared by several runs count once
  std::int64_t num_texts = 0;
  std::int64_t token_bytes = 0;
  std::int64_t vector_bytes = 0;
  std::int64_t thumbnail_bytes = 0;
  std::int64_t text_bytes = 0;
  std::int64_t file_bytes = 0;  ///< the file and its write-ahead log; 0 for one video
  std::int64_t free_bytes = 0;  ///< inside the file, reused by the next ingest or returned by gc
};

struct VerifyReport {
  std::vector<std::string> faults;  ///< one sentence each; empty: the store is sound
  std::string content_hash;         ///< of the logical content; index/README.md says what it covers
  std::int64_t num_blobs = 0;       ///< checksums compared
  std::int64_t bytes_checked = 0;
};

struct GcOptions {
  /// Incomplete runs that were not touched for this long go; negative: all incomplete runs stay.
  std::int64_t incomplete_older_than_s = 7 * 86'400;
  /// Of the complete runs of one video and model, keep the newest alone.
  bool superseded = false;
  /// Report only.
  bool dry_run = false;
};

struct RemovalReport {
  std::int64_t num_runs = 0;
  std::int64_t num_pairs = 0;
  std::int64_t num_tokens = 0;
  std::int64_t content_bytes = 0;  ///< tokens, vectors, thumbnails and texts that went
  std::int64_t file_bytes = 0;     ///< by which the file became shorter; 0 in a dry run
};

}  // namespace hindsight::index
