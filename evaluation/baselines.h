// What the system is compared with: the same questions answered with less knowledge, or more.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/outcome.h"

namespace hindsight::evaluation {

/// blind:   the model with the same prompt and no picture, no subtitle
/// prior:   no model; see prior_answers()
/// uniform: the model with pairs at even spacing in time, within the same budget
/// oracle:  the model with pairs that lie in the evidence and no others, within the same budget;
///          questions without known evidence are left out
enum class Baseline { blind, prior, uniform, oracle };
[[nodiscard]] std::string_view to_string(Baseline baseline);
[[nodiscard]] std::optional<Baseline> baseline_of(std::string_view name);

/// Names as --baseline gives them, each baseline once, in the order of the enumeration; "none" is
/// no baseline.  Throws Error(usage) for another name, and for "none" beside a name.
[[nodiscard]] std::vector<Baseline> parse_baselines(std::span<const std::string> names);

/// For each question the answer that knows its type alone, from the questions of that type about
/// the *other* videos: the most frequent answer (texts compared as normalized(), ties by the text);
/// for numbers scored with a tolerance the median; for intervals one interval at their mean
/// relative position, as long as their mean relative length.  Empty where no other video has such a
/// question. lengths: of every video, positive.
[[nodiscard]] std::vector<std::optional<Response>> prior_answers(
    std::span<const BenchmarkQuestion> questions,
    const std::map<std::string, MediaDuration>& lengths);

/// The probability of being right without having seen anything: 0.5 for "yes" and "no", else 1 or 0
/// as the prior's answer is right or wrong.  Empty where there is no prior.
[[nodiscard]] std::optional<double> chance_of(const BenchmarkQuestion& question,
                                              const std::optional<Response>& prior);

/// Whether the times at these positions are within the budget.
using Fits = std::function<bool(std::span<const std::size_t>)>;

/// Positions of `times`, by time: `range` is cut into cells of equal length and of each cell that
/// holds a time the one nearest to its middle is taken, with as many cells as fit; what is left of
/// the budget goes to the times farthest from those chosen.  Equal times are taken once.  Empty
/// when no time fits. times: in `range`, in any order.
[[nodiscard]] std::vector<std::size_t> spread_evenly(std::span<const MediaTime> times,
                                                     const TimeSpan& range,
                                                     const Fits& fits);

}  // namespace hindsight::evaluation
