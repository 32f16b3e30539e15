// An answer and everything that is needed to check it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/question.h"
#include "query/select_pairs.h"

namespace hindsight::query {

/// What was read of one video.
struct VideoReading {
  VideoScope scope;
  std::vector<Candidate> candidates;  ///< in global order
  Selection selection;
  std::vector<index::StoredText> subtitles;  ///< that were shown
  double covered =
      0;  ///< share of the ranges that cached pairs stand for, 0..1; below 1 during an ingest
};

/// stated: the answer names the time; relevance: the pairs nearest to the question stand in.
enum class EvidenceBasis { stated, relevance };

/// See find_evidence().
struct EvidenceInterval {
  std::string video;  ///< the scope's label
  std::int64_t video_id = 0;
  TimeSpan span;
  double score = 0;  ///< [0, 1]
  EvidenceBasis basis = EvidenceBasis::stated;
  std::vector<index::StoredPair> pairs;  ///< by time
};

/// What a question cost.  The last two are part of every answer so that anybody can check the first
/// contract; they are constants here because nothing that query/ links can decode or encode: its
/// arrows lead to core, model (interfaces) and index only, and ask() is handed no VisionTower.
struct Usage {
  int pairs_read = 0;
  std::int64_t visual_tokens = 0;
  std::int64_t bytes_read = 0;  ///< tokens and vectors from the store
  int prompt_tokens = 0;        ///< visual ones included
  int new_tokens = 0;
  static constexpr int frames_decoded = 0;
  static constexpr int pairs_encoded = 0;
};

/// Milliseconds of wall clock.
struct Timings {
  double select = 0;   ///< candidates, relevance, choice
  double read = 0;     ///< tokens and subtitles out of the store
  double prefill = 0;  ///< the prompt through the model
  double decode = 0;   ///< the answer out of it
  double total = 0;    ///< all of ask()
};

struct Answer {
  std::string question;
  std::string text;
  /// False when nothing of the ranges is in the store yet, when the model answers nothing, or when
  /// it says that the pictures do not show it.
  bool found = false;
  bool cut_off = false;                     ///< max_new_tokens ended the text
  std::vector<EvidenceInterval> intervals;  ///< empty when not found
  std::vector<VideoReading> readings;
  Usage usage;
  Timings timings;
  std::string model;  ///< folder
  std::string store;  ///< file
};

/// One line:
/// {"question","answer","found","value","intervals","usage","timings_ms","model","store"}. Times in
/// seconds with microsecond digits.  "value" is null: the text is all there is. load_ms: what
/// bringing the model into memory took.
[[nodiscard]] std::string to_json(const Answer& answer, double load_ms);

}  // namespace hindsight::query
