// The token cache: one SQLite file with videos, runs, pairs, visual tokens, vectors, texts and
// thumbnails. index/README.md explains the schema.  Every function throws Error(store) when the
// file fails it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/records.h"

namespace hindsight::index {

enum class OpenMode {
  read,    ///< must exist; never creates, never migrates, never waits
  write,   ///< created with its folder if missing, migrated if older; one writer at a time
  update,  ///< a writer of what must exist
};

struct StoreOptions {
  /// How long a writer waits for another one before it says who holds the file.
  std::chrono::milliseconds wait{5'000};
  /// What this writer does, for the one who waits: "ingest of gate.mp4".
  std::string purpose{};
};

/// Which names a text may mean: also those that begin with it.
enum class NameMatch { near, exact };

/// What a text search is limited to.
struct TextSearch {
  std::vector<std::int64_t> video_ids{};  ///< empty: all
  std::optional<TimeSpan> span{};
  int limit = 20;
};

/// Not thread-safe: one Store a thread.  Readers in other threads and processes see the last commit
/// and block nobody.
class Store {
 public:
  /// Throws Error(not_found) when a file to read is missing, Error(store) when it is foreign,
  /// newer, damaged, read-only or held by another writer; such a file is left as it was, byte for
  /// byte.
  [[nodiscard]] static Store open(const std::string& path,
                                  OpenMode mode,
                                  const StoreOptions& options = {});
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] const std::string& path() const;

  // --- videos ---

  /// Adds the video, or remembers another name and path of one that is known by its content hash.
  /// Returns its id.
  std::int64_t put_video(const VideoRecord& video);
  [[nodiscard]] std::optional<VideoRecord> find_video_by_hash(std::string_view content_hash) const;
  /// What a user types: a name, a path, or the beginning of a content hash or of a name.
  /// Throws Error(not_found) naming what there is, Error(usage) naming the candidates when several
  /// match.
  /// `match`: for what cannot be undone, exact takes a whole name or path or the beginning of a
  /// content hash alone, and what is near it is asked back.
  [[nodiscard]] VideoRecord resolve_video(std::string_view text,
                                          NameMatch match = NameMatch::near) const;
  [[nodiscard]] std::vector<VideoRecord> videos() const;  ///< by name
  [[nodiscard]] std::vector<VideoName> video_names(
      std::int64_t video_id) const;  ///< last used first
  /// Removes a video and everything that only it uses.
  RemovalReport remove_video(std::int64_t video_id);

  // --- runs and what they commit ---

  /// The run with this video, model, preprocessing, plan and codec; made if there is none.  Ignores
  /// id and progress.
  RunRecord find_or_create_run(const RunRecord& key);
  [[nodiscard]] std::vector<RunRecord> runs(std::int64_t video_id) const;  ///< newest first
  [[nodiscard]] std::optional<RunRecord> find_run(std::int64_t run_id) const;
  /// Visual tokens of the run's pairs, those of repeats counted once; adds up over all its pairs.
  [[nodiscard]] std::int64_t tokens_spent(std::int64_t run_id) const;
  /// Adds one stretch, all or nothing; `number` must be the run's stretches_done.
  /// Throws Error(model) when tokens are not finite or do not fit the pair or the run.
  void commit_stretch(std::int64_t run_id, const StretchRecord& stretch);
  void finish_run(std::int64_t run_id);
  /// For EncodedPair::stored_tokens: tokens of this pair that another run has already made.
  [[nodiscard]] std::optional<std::int64_t> find_tokens(std::int64_t video_id,
                                                        const ModelKey& model,
                                                        const TokenKey& key) const;

  // --- reading ---

  /// Pairs of a run whose `covers` overlap `span` (all when empty), in global order: by rank,
  /// stretches spread within a rank (core/spread.h).  Every prefix is the best choice of its size.
  /// limit 0: no limit.
  [[nodiscard]] std::vector<StoredPair> pairs(std::int64_t run_id,
                                              std::optional<TimeSpan> span = {},
                                              int limit = 0) const;
  /// All pairs of a run, by `covers`, then by the first frame.
  [[nodiscard]] std::vector<StoredPair> pairs_by_time(std::int64_t run_id) const;
  /// The tokens of these pairs, one pair after the other in this order.  Checksums are verified.
  [[nodiscard]] TokenMatrix read_tokens(std::span<const std::int64_t> pair_ids) const;
  /// All vectors of a run, by stretch and rank.
  [[nodiscard]] PairVectors pair_vectors(std::int64_t run_id) const;
  /// JPEG bytes; empty when the pair has none.
  [[nodiscard]] std::string thumbnail(std::int64_t pair_id) const;
  [[nodiscard]] std::vector<TimeSpan> shots(std::int64_t run_id) const;       ///< by time
  [[nodiscard]] std::vector<Gap> gaps(std::int64_t run_id) const;             ///< by time
  [[nodiscard]] std::vector<StoredSpan> activity(std::int64_t run_id) const;  ///< by time
  /// Bytes of tokens, vectors and thumbnails that this object has read.
  [[nodiscard]] std::int64_t bytes_read() const;

  // --- texts ---

  /// The texts of this origin become exactly these; saying it again changes nothing.
  void replace_texts(std::int64_t video_id,
                     std::string_view origin,
                     std::span<const StoredText> texts);
  /// Texts with any of the query's words, best first.  The query is words, not a query language.
  [[nodiscard]] std::vector<TextHit> search_texts(std::string_view query,
                                                  const TextSearch& search = {}) const;
  /// Texts that overlap `span`, by time.
  [[nodiscard]] std::vector<StoredText> texts(std::int64_t video_id,
                                              std::optional<TimeSpan> span = {}) const;

  // --- looks ---

  /// What was kept of this question about pairs of this run, by pair id.  A pair has the look that
  /// its tokens got in whatever run.
  [[nodiscard]] std::vector<Look> looks(const LookKey& key, std::int64_t run_id) const;
  /// Keeps looks, replacing older ones; those at pairs that are gone are left out.  Throws
  /// Error(internal) for a score outside 0..1.
  void put_looks(const LookKey& key, std::span<const Look> looks);

  // --- representatives ---

  /// What was kept last for this run and so many representatives, whatever their order means to who
  /// kept it.  Empty when there is none, or it is damaged; the run may have grown since.
  [[nodiscard]] std::vector<std::int32_t> representatives(std::int64_t run_id,
                                                          std::size_t count) const;
  void put_representatives(std::int64_t run_id,
                           std::size_t count,
                           std::span<const std::int32_t> of);

  // --- care ---

  /// Of everything, or of one video.
  [[nodiscard]] StoreStats stats(std::optional<std::int64_t> video_id = {}) const;
  [[nodiscard]] RunStats run_stats(std::int64_t run_id) const;
  /// Compares every checksum, reference and index, and hashes the logical content.
  [[nodiscard]] VerifyReport verify() const;
  /// Drops what nothing refers to and gives the space back.
  RemovalReport collect_garbage(const GcOptions& options = {});

  /// Private to index/.
  struct Impl;

 private:
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::index
