// Is an answer right?  Rules of the benchmark applied to what was answered; no model in between.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"
#include "evaluation/question_file.h"

namespace hindsight::evaluation {

/// What a system answered, as far as scoring needs it.
struct Response {
  bool found = false;
  std::string text{};
  std::optional<double> number{};  ///< when the answer is typed; else the first number of the text
  std::vector<TimeSpan> intervals{};
};

struct Score {
  bool correct = false;
  /// Intersection over union, or how far off a number is; 0 where the rule has no measure.
  double measure = 0;
};

/// Total length in both, over total length in either; 0 when either is empty.  Overlapping
/// intervals of one side count once.
[[nodiscard]] double intersection_over_union(std::span<const TimeSpan> a,
                                             std::span<const TimeSpan> b);

/// Lower case, punctuation as spaces, articles dropped, number words up to twelve as digits, one
/// space between words.
[[nodiscard]] std::string normalized(std::string_view text);

/// The truth is "yes" or "no".
[[nodiscard]] bool is_yes_no(const Truth& truth);

/// The first number of a text, written with digits ("12", "6.1") or as a word up to twelve.
[[nodiscard]] std::optional<double> first_number(std::string_view text);

/// refusal: right when nothing was found.  Everything else: wrong when nothing was found.
/// Text is exact when its words stand together in an answer of at most twelve words, and "yes" and
/// "no" only as the first word; a list when its items occur in their order.
[[nodiscard]] Score score(const BenchmarkQuestion& question, const Response& response);

}  // namespace hindsight::evaluation
