// A plan with several nodes: in which order they come, or which of them is first, longest, seen
// most often.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "query/answer.h"
#include "query/detail/video_execution.h"

namespace hindsight::query::detail {

struct Comparison {
  std::optional<Value> value;  ///< empty: there is no answer
  std::vector<EvidenceInterval> intervals;
  /// Pick::most and Pick::fewest: how many intervals each node has; `intervals` are those of the
  /// first, then those of the second, ...
  std::vector<std::size_t> counts;
  std::vector<std::string> missing;  ///< predicates that hold nowhere
  std::optional<Refusal> refusal;
};

/// plan: checked, with more than one node.  How often things are seen adds up over the videos;
/// their order and length are told of one video alone.
[[nodiscard]] Comparison compare(const Plan& plan, std::vector<VideoExecution>& videos);

}  // namespace hindsight::query::detail
