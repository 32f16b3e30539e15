// One question, answered: what was said, whether it is right, what was seen for it and what it
// cost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/question_file.h"
#include "evaluation/score.h"

namespace hindsight::evaluation {

/// How far a question with known evidence came.  Each step but the last includes those before it.
struct Funnel {
  bool sampled = false;    ///< a pair of the plan lies in the evidence
  bool cached = false;     ///< the tokens of such a pair are in the store
  bool retrieved = false;  ///< such a pair was read for the answer
  bool touched = false;    ///< an interval of the answer overlaps the evidence
  bool answered = false;   ///< the answer is right, whatever became of the steps before
};

/// What one answer took.
struct Cost {
  int pairs_read = 0;
  std::int64_t visual_tokens = 0;
  std::int64_t bytes_read = 0;  ///< from the store
  double seconds = 0;           ///< wall clock, without loading the model
};

struct Outcome {
  BenchmarkQuestion question{};
  Response response{};
  Score score{};
  Funnel funnel{};
  Cost cost{};
  MediaDuration video_length{};
  std::optional<double> chance{};  ///< see chance_of()
};

/// Some of the outcomes, borrowed.
using Group = std::vector<const Outcome*>;

[[nodiscard]] Group group_all(std::span<const Outcome> outcomes);
/// In order of the type's name.
[[nodiscard]] std::map<std::string, Group> group_by_type(std::span<const Outcome> outcomes);
/// By length_class(), from short to long.
[[nodiscard]] std::vector<std::pair<std::string, Group>> group_by_length(
    std::span<const Outcome> outcomes);

/// "20 min", "1 h", … : the nearest of the benchmark's lengths, or "under 10 min".
[[nodiscard]] std::string length_class(MediaDuration length);

/// When the two frames of a pair were taken; `begin` and `end` are instants, not a stretch.
using PairTimes = TimeSpan;

/// One of the pair's frames was taken during the evidence.  An interval of no length lies in the
/// pair when it is at one of its frames or between them.
[[nodiscard]] bool lies_in(const PairTimes& pair, std::span<const TimeSpan> evidence);

/// The pairs that could have been seen, ever fewer.
struct SeenPairs {
  std::span<const PairTimes> planned{};
  std::span<const PairTimes> cached{};
  std::span<const PairTimes> read{};
};

/// The steps reached by a question whose evidence is known.  Where there are several intervals of
/// evidence, one is enough.  Without evidence only `answered` means something.
[[nodiscard]] Funnel follow(const BenchmarkQuestion& question,
                            const SeenPairs& pairs,
                            const Response& response,
                            const Score& score);

}  // namespace hindsight::evaluation
