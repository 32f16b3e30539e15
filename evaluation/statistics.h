// Figures of many outcomes: accuracy and differences with their uncertainty, the funnel, how well
// intervals were found, cost.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "evaluation/outcome.h"

namespace hindsight::evaluation {

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
[[nodiscard]] Accuracy accuracy_of(const Group& outcomes);

/// The mean of n differences with its 95 % interval.
struct Difference {
  int n = 0;
  double mean = 0;
  double low = 0;
  double high = 0;
};

/// Accuracy of `ours` minus that of `theirs` over the questions (by id) that both have.  The
/// interval is that of the question by question differences, clustered by video or as if questions
/// were independent, whichever is wider; where they do not vary at all, 3/n to either side (what is
/// not seen in n trials has a probability below 3/n).
[[nodiscard]] Difference paired_difference(const Group& ours, const Group& theirs);

/// Over the outcomes whose chance is known; empty when there are none.
[[nodiscard]] std::optional<double> mean_chance(const Group& outcomes);

/// Accuracy minus chance, over the outcomes whose chance is known; the interval as above.
[[nodiscard]] Difference difference_from_chance(const Group& outcomes);

/// "above" or "below" when the interval leaves 0 out, else "at"; empty when n is 0.
[[nodiscard]] std::string_view side_of_zero(const Difference& difference);

/// How many questions came how far; see Funnel.
struct FunnelCounts {
  int evidence_known = 0;
  int sampled = 0;
  int cached = 0;
  int retrieved = 0;
  int touched = 0;
  int answered = 0;            ///< of those touched
  int right_without_path = 0;  ///< right, though lost before: luck, or evidence elsewhere
};
[[nodiscard]] FunnelCounts count_steps(const Group& outcomes);

/// Questions that ask for intervals.
struct Grounding {
  int n = 0;
  double mean_iou = 0;   ///< what was not found counts as 0
  double recall_03 = 0;  ///< the share with an IoU of at least 0.3
  double recall_05 = 0;
  double recall_07 = 0;
  int search_errors = 0;    ///< no overlap with the truth, nothing found included
  int boundary_errors = 0;  ///< overlap, but less than the question demands
};
[[nodiscard]] Grounding grounding_of(const Group& outcomes);

struct Quantiles {
  double median = 0;
  double p95 = 0;
};
/// Linear between the two nearest values; 0 of none.
[[nodiscard]] Quantiles quantiles(std::vector<double> values);

/// Cost of a question.
struct CostSummary {
  Quantiles pairs_read{};
  Quantiles visual_tokens{};
  Quantiles bytes_read{};
  Quantiles seconds{};
};
[[nodiscard]] CostSummary cost_of(const Group& outcomes);

}  // namespace hindsight::evaluation
