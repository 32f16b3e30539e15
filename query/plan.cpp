#include "query/plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "query/detail/plan_names.h"

namespace hindsight::query {
namespace {

using detail::kUnbounded;
using detail::op_facts;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, fmt::format("the plan makes no sense: {}", what));
}

void check_question(std::string_view text, std::string_view key) {
  if (text.empty()) refuse(fmt::format("'{}' is empty; write a question about one picture", key));
  if (text.size() > kMaxPredicateBytes) {
    refuse(fmt::format(
        "'{}' has {} bytes, at most {} are allowed", key, text.size(), kMaxPredicateBytes));
  }
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (has_control) refuse(fmt::format("'{}' holds a control character", key));
}

void check(const PlanNode& node, int depth) {
  const auto& facts = op_facts(node.op);
  if (depth > kMaxPlanDepth) refuse(fmt::format("it is nested deeper than {}", kMaxPlanDepth));
  const auto count = static_cast<int>(node.of.size());
  if (count < facts.min_operands || count > facts.max_operands) {
    refuse(fmt::format("'{}' has {} operands, but takes {}{}",
                       facts.name,
                       count,
                       facts.min_operands,
                       facts.max_operands == facts.min_operands ? ""
                       : facts.max_operands == kUnbounded
                           ? " or more"
                           : fmt::format(" to {}", facts.max_operands)));
  }
  if (node.op == PlanOp::most && node.of.front().op != PlanOp::timeline)
    refuse("'most' takes a timeline, \"Is a car visible?\"");
  if (node.op == PlanOp::timeline) check_question(node.predicate, "predicate");
  if (node.op == PlanOp::nth && node.n == 0) refuse("'n' is 0; the first is 1 and the last -1");
  if (node.distance < MediaDuration{}) refuse("'seconds' is negative");
  for (const auto& operand : node.of) check(operand, depth + 1);
}

void collect(const PlanNode& node, std::vector<std::string>& predicates) {
  const bool is_new =
      std::find(predicates.begin(), predicates.end(), node.predicate) == predicates.end();
  if (node.op == PlanOp::timeline && is_new) predicates.push_back(node.predicate);
  for (const auto& operand : node.of) collect(operand, predicates);
}

std::string node_text(const PlanNode& node, std::size_t indent) {
  const std::string margin(indent, ' ');
  if (node.op == PlanOp::timeline) return fmt::format("{}\"{}\"\n", margin, node.predicate);
  std::string text = margin + std::string(op_facts(node.op).name);
  if (node.op == PlanOp::nth) text += fmt::format(" {}", node.n);
  if (node.op == PlanOp::near) text += fmt::format(" within {:g} s", to_seconds(node.distance));
  if (node.op == PlanOp::relation) text += fmt::format(" {}", to_string(node.relation));
  text += '\n';
  for (const auto& operand : node.of) text += node_text(operand, indent + 2);
  return text;
}

}  // namespace

bool picks_by_number(const Plan& plan) {
  return plan.pick == Pick::most || plan.pick == Pick::fewest;
}

std::string name_of(const Plan& plan, std::size_t i) {
  if (i < plan.names.size()) return plan.names[i];
  std::vector<std::string> predicates;
  collect(plan.of.at(i), predicates);
  return predicates.front();
}

bool is_inventory(const Plan& plan) {
  const bool is_several = plan.type == AnswerType::list || plan.type == AnswerType::count;
  return is_several && !plan.look.empty() && plan.of.empty() && !plan.at;
}

void check(const Plan& plan) {
  for (const auto& node : plan.of) check(node, 0);
  const bool reads_pairs = plan.type == AnswerType::text || !plan.look.empty();
  if (reads_pairs) check_question(plan.look, "look");
  const bool takes_look = plan.type == AnswerType::text || plan.type == AnswerType::count ||
                          plan.type == AnswerType::list;
  if (!plan.look.empty() && !takes_look)
    refuse(fmt::format("'{}' does not take 'look'", to_string(plan.type)));
  if (plan.type == AnswerType::list && !plan.look.empty() && !is_inventory(plan))
    refuse("'list' with 'look' is about the whole range; leave out 'of' and 'at'");
  const bool needs_none = is_inventory(plan) || (reads_pairs && plan.at);
  const bool is_comparison = plan.type == AnswerType::yes_no && picks_by_number(plan);
  const std::size_t least = plan.type == AnswerType::order || is_comparison ? 2
                            : needs_none                                    ? 0
                                                                            : 1;
  const std::size_t most = plan.type == AnswerType::order ? 16 : is_comparison ? 2 : 1;
  if (plan.of.size() < least || plan.of.size() > most) {
    refuse(fmt::format("'{}' has {} operands in 'of', but takes {}{}",
                       to_string(plan.type),
                       plan.of.size(),
                       least,
                       most == least ? "" : fmt::format(" to {}", most)));
  }
  if (plan.pick != Pick::all && plan.type != AnswerType::order && !is_comparison)
    refuse(fmt::format(
        "'{}' does not take 'pick' {}", to_string(plan.type), detail::to_string(plan.pick)));
  if (plan.at && is_comparison) refuse("'at' is one moment, which has no more of one thing");
  if (is_comparison && plan.never) refuse("'never' says nothing of what is compared");
  const bool is_most = !plan.of.empty() && plan.of.front().op == PlanOp::most;
  if (is_most && (plan.per_hour || !plan.look.empty()))
    refuse("how many there are at once takes neither 'per_hour' nor 'look'");
  if (plan.share && plan.at) refuse("'share' of one moment says nothing");
  if (plan.share && plan.type != AnswerType::duration)
    refuse(fmt::format("'{}' does not take 'share'", to_string(plan.type)));
  if (plan.names.size() > plan.of.size()) refuse("'names' has more entries than 'of'");
  if (plan.merge < MediaDuration{}) refuse("'merge_seconds' is negative");
  if (plan.at && *plan.at < MediaTime{}) refuse("'at' is negative");
}

std::string to_text(const Plan& plan) {
  std::string text(to_string(plan.type));
  if (plan.edge != Edge::whole) text += fmt::format(", the {}", detail::to_string(plan.edge));
  if (plan.pick != Pick::all) text += fmt::format(", the {}", detail::to_string(plan.pick));
  if (plan.never) text += ", never";
  if (plan.per_hour) text += ", an hour";
  if (plan.share) text += ", as a share";
  if (plan.at) text += fmt::format(", at {}", to_clock(*plan.at));
  if (!plan.look.empty()) text += fmt::format(", looking with \"{}\"", plan.look);
  text += '\n';
  for (const auto& node : plan.of) text += node_text(node, 2);
  return text;
}

bool is_state(const PlanNode& node) {
  const bool is_set = node.op == PlanOp::both || node.op == PlanOp::either ||
                      node.op == PlanOp::negation || node.op == PlanOp::timeline;
  return is_set && std::all_of(node.of.begin(), node.of.end(), is_state);
}

std::vector<std::string> predicates_of(const Plan& plan) {
  std::vector<std::string> predicates;
  for (const auto& node : plan.of) collect(node, predicates);
  return predicates;
}

}  // namespace hindsight::query
