// Accuracy with its uncertainty, by type and by length, and where the wrong answers were lost.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/question_file.h"
#include "evaluation/score.h"

namespace hindsight::evaluation {

/// How far a question with known evidence came; each step includes those before it.
struct Funnel {
  bool sampled = false;    ///< a cached pair lies in the evidence
  bool retrieved = false;  ///< such a pair was read for the answer
  bool touched = false;    ///< an interval of the answer overlaps the evidence
  bool answered = false;   ///< the answer is right
};

/// One question, answered.
struct Outcome {
  BenchmarkQuestion question{};
  Response response{};
  Score score{};
  Funnel funnel{};
  MediaDuration video_length{};
  double seconds = 0;  ///< what the answer took
};

/// A share of n with its 95 % interval.
struct Accuracy {
  int n = 0;
  int correct = 0;
  double low = 0;
  double high = 0;

  [[nodiscard]] double share() const { return n == 0 ? 0 : static_cast<double>(correct) / n; }
};

/// 95 % interval clustered by video: questions about one video stand or fall together.  With one
/// video, or where all answers are right or all wrong, Wilson's interval stands in: there the
/// clusters have no spread to measure.  The wider of the two otherwise.
[[nodiscard]] Accuracy accuracy_of(std::span<const Outcome> outcomes);

/// "20 min", "1 h", … : the nearest of the benchmark's lengths, or "under 10 min".
[[nodiscard]] std::string length_class(MediaDuration length);

/// The outcomes of one group each, groups in order of their key.
[[nodiscard]] std::map<std::string, std::vector<Outcome>> group_by_type(
    std::span<const Outcome> outcomes);
/// From short to long.
[[nodiscard]] std::vector<std::pair<std::string, std::vector<Outcome>>> group_by_length(
    std::span<const Outcome> outcomes);

/// A table for people: all, by type, by length, the funnel, seconds a question.
[[nodiscard]] std::string to_table(std::span<const Outcome> outcomes);

/// {"n","correct","accuracy","interval","by_type","by_length","funnel","seconds_per_question",
/// "questions":[…]} on one line.
[[nodiscard]] std::string to_json(std::span<const Outcome> outcomes);

/// The steps reached by a question whose evidence is known: `cached` and `read` are the times of
/// pairs.  Without evidence only `answered` means something.
[[nodiscard]] Funnel follow(const BenchmarkQuestion& question,
                            std::span<const TimeSpan> cached,
                            std::span<const TimeSpan> read,
                            const Response& response,
                            const Score& score);

}  // namespace hindsight::evaluation
