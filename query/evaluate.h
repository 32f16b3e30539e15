// The intervals of a plan's node, given the timelines of its predicates.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "query/plan.h"

namespace hindsight::query {

/// Where a predicate holds within some ranges: those that are asked about, or less.
using FindIntervals =
    std::function<Intervals(const std::string& predicate, const Intervals& within)>;

struct Evaluation {
  Intervals list;
  /// Predicates of an operand that others are compared with and that holds nowhere: "before the
  /// truck" without a truck.
  std::vector<std::string> missing;
  int at_once = 0;  ///< of a node that is PlanOp::most: how many there are
};

/// node: checked.  ranges: what is asked about, sorted and disjoint.
[[nodiscard]] Evaluation evaluate(const PlanNode& node,
                                  const Intervals& ranges,
                                  const FindIntervals& find);

/// Whether what happens at a node's intervals is that they end: "the second car leaves".
[[nodiscard]] bool happens_at_end(const PlanNode& node);
/// A node's intervals: of what is seen to begin or to end the moments at which it does.
[[nodiscard]] Intervals moments_of(const PlanNode& node, Intervals list);

/// What evaluate() may ask for: the plan's predicates and, where things that come are told apart,
/// how many are there.
[[nodiscard]] std::set<std::string> askable_predicates(const Plan& plan);

/// A predicate whose truth or falsehood is what a node's intervals consist of.
struct Leaf {
  std::string predicate;
  bool is_true = true;
};
/// Of the operand that is asked about, not of those it is compared with.
[[nodiscard]] std::vector<Leaf> leaves_of(const PlanNode& node);

/// Whether single things are told apart in the operand that is asked about (PlanOp::arrivals,
/// PlanOp::each and PlanOp::most).
[[nodiscard]] bool tells_arrivals(const PlanNode& node);

/// Predicates that the question takes to hold somewhere: of things whose order or colour is asked
/// for, of events that others are compared with ("before the truck comes"), and of things that are
/// there meanwhile ("while a dog is visible").
[[nodiscard]] std::set<std::string> presupposed_in(const Plan& plan);

}  // namespace hindsight::query
