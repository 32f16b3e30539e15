#include "query/detail/plan_names.h"

#include <algorithm>
#include <array>

namespace hindsight::query {
namespace {

using detail::kUnbounded;
using detail::OpFacts;

// In the order of the enumerators.
constexpr std::array kOps{OpFacts{PlanOp::timeline, "timeline", 0, 0},
                          OpFacts{PlanOp::both, "both", 2, kUnbounded},
                          OpFacts{PlanOp::either, "either", 2, kUnbounded},
                          OpFacts{PlanOp::negation, "not", 1, 1},
                          OpFacts{PlanOp::nth, "nth", 1, 1},
                          OpFacts{PlanOp::longest, "longest", 1, 1},
                          OpFacts{PlanOp::shortest, "shortest", 1, 1},
                          OpFacts{PlanOp::gaps, "gaps", 1, 1},
                          OpFacts{PlanOp::onsets, "onsets", 1, 1},
                          OpFacts{PlanOp::offsets, "offsets", 1, 1},
                          OpFacts{PlanOp::arrivals, "arrivals", 1, 1},
                          OpFacts{PlanOp::each, "each", 2, kUnbounded},
                          OpFacts{PlanOp::most, "most", 1, 1},
                          OpFacts{PlanOp::before, "before", 2, 2},
                          OpFacts{PlanOp::before_end, "before_end", 2, 2},
                          OpFacts{PlanOp::after, "after", 2, 2},
                          OpFacts{PlanOp::after_end, "after_end", 2, 2},
                          OpFacts{PlanOp::until, "until", 2, 2},
                          OpFacts{PlanOp::until_end, "until_end", 2, 2},
                          OpFacts{PlanOp::since, "since", 2, 2},
                          OpFacts{PlanOp::since_end, "since_end", 2, 2},
                          OpFacts{PlanOp::inside, "inside", 2, 2},
                          OpFacts{PlanOp::sharing, "sharing", 2, 2},
                          OpFacts{PlanOp::at_begin, "at_begin", 2, 2},
                          OpFacts{PlanOp::at_end, "at_end", 2, 2},
                          OpFacts{PlanOp::between, "between", 3, 3},
                          OpFacts{PlanOp::near, "near", 2, 2},
                          OpFacts{PlanOp::relation, "relation", 2, 2},
                          OpFacts{PlanOp::stretch, "stretch", 2, 2}};
constexpr std::array<std::string_view, 7> kTypes{
    "when", "count", "duration", "text", "yes_no", "order", "list"};
constexpr std::array<std::string_view, 3> kEdges{"whole", "begin", "end"};
constexpr std::array<std::string_view, 7> kPicks{
    "all", "first", "last", "longest", "shortest", "most", "fewest"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_string(AnswerType type) { return kTypes[static_cast<std::size_t>(type)]; }

namespace detail {

const OpFacts& op_facts(PlanOp op) { return kOps[static_cast<std::size_t>(op)]; }

const OpFacts* find_op(std::string_view name) {
  const auto* found = std::find_if(
      kOps.begin(), kOps.end(), [&](const OpFacts& facts) { return facts.name == name; });
  return found == kOps.end() ? nullptr : found;
}

std::string_view to_string(Edge edge) { return kEdges[static_cast<std::size_t>(edge)]; }
std::optional<Edge> edge_of(std::string_view name) { return find_name<Edge>(kEdges, name); }
std::string_view to_string(Pick pick) { return kPicks[static_cast<std::size_t>(pick)]; }
std::optional<Pick> pick_of(std::string_view name) { return find_name<Pick>(kPicks, name); }
std::optional<AnswerType> type_of(std::string_view name) {
  return find_name<AnswerType>(kTypes, name);
}

}  // namespace detail
}  // namespace hindsight::query
