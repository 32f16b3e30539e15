// A plan on one line, for tables: when.end offsets("Is a red car visible?").
#pragma once

#include <string>

#include <fmt/format.h>

#include "query/detail/plan_names.h"
#include "query/plan.h"

namespace hindsight::test {

inline std::string compact(const query::PlanNode& node) {
  if (node.op == query::PlanOp::timeline) return fmt::format("'{}'", node.predicate);
  std::string text(query::detail::op_facts(node.op).name);
  if (node.op == query::PlanOp::nth) text += fmt::format("[{}]", node.n);
  if (node.op == query::PlanOp::near) text += fmt::format("[{:g}s]", to_seconds(node.distance));
  text += '(';
  for (std::size_t i = 0; i < node.of.size(); ++i)
    text += (i > 0 ? ", " : "") + compact(node.of[i]);
  return text + ')';
}

inline std::string compact(const query::Plan& plan) {
  std::string text(to_string(plan.type));
  if (plan.edge != query::Edge::whole)
    text += fmt::format(".{}", query::detail::to_string(plan.edge));
  if (plan.pick != query::Pick::all)
    text += fmt::format(".{}", query::detail::to_string(plan.pick));
  if (plan.never) text += ".never";
  if (plan.per_hour) text += ".per_hour";
  if (plan.share) text += ".share";
  if (plan.at) text += fmt::format("@{:g}", to_seconds(*plan.at));
  if (!plan.look.empty()) text += fmt::format(" look '{}'", plan.look);
  for (const auto& node : plan.of) text += " " + compact(node);
  return text;
}

}  // namespace hindsight::test
