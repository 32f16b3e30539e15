#include "query/detail/plan_schema.h"

#include <array>

#include "query/detail/plan_names.h"

namespace hindsight::query::detail {
namespace {

using model::JsonMember;
using model::JsonSchema;
using model::JsonSchemaPtr;
using Kind = JsonSchema::Kind;

constexpr int kDepth = 2;
/// Characters: four bytes each still fit kMaxPredicateBytes.
constexpr int kMostCharacters = static_cast<int>(kMaxPredicateBytes) / 4;
/// Operands of one that takes any number, and things of an order.
constexpr int kMostOperands = 4;

JsonSchemaPtr make(JsonSchema schema) {
  return std::make_shared<const JsonSchema>(std::move(schema));
}

JsonSchemaPtr word(std::vector<std::string> words) {
  return make({.kind = Kind::word, .words = std::move(words)});
}

JsonSchemaPtr question() { return make({.kind = Kind::text, .least = 1, .most = kMostCharacters}); }

JsonSchemaPtr list_of(JsonSchemaPtr item, int least, int most) {
  return make({.kind = Kind::array, .of = {std::move(item)}, .least = least, .most = most});
}

/// What a node has besides "op" and "of"; null: nothing.
JsonMember own_member(PlanOp op) {
  if (op == PlanOp::nth) return {"n", make({.kind = Kind::integer, .least = -1, .most = 1})};
  if (op == PlanOp::near) return {"seconds", make({.kind = Kind::number, .most = 4})};
  if (op != PlanOp::relation) return {};
  std::vector<std::string> relations;
  for (int i = 0; i < kNumRelations; ++i)
    relations.emplace_back(to_string(static_cast<Relation>(i)));
  return {"relation", word(std::move(relations))};
}

JsonSchemaPtr node(int depth) {
  const auto timeline = make(
      {.kind = Kind::object, .members = {{"op", word({"timeline"})}, {"predicate", question()}}});
  if (depth == 0) return timeline;
  const auto operand = node(depth - 1);
  std::vector<JsonSchemaPtr> choices{timeline};
  for (auto op = PlanOp::both; op <= PlanOp::stretch; op = PlanOp{static_cast<int>(op) + 1}) {
    const auto& facts = op_facts(op);
    JsonSchema schema{.kind = Kind::object, .members = {{"op", word({std::string(facts.name)})}}};
    if (auto own = own_member(op); own.value != nullptr) schema.members.push_back(std::move(own));
    schema.members.push_back(
        {"of",
         list_of(operand,
                 facts.min_operands,
                 facts.max_operands == kUnbounded ? kMostOperands : facts.max_operands)});
    choices.push_back(make(std::move(schema)));
  }
  return make({.kind = Kind::choice, .of = std::move(choices)});
}

/// A plan of this type with `members` behind its kind.
JsonSchemaPtr plan(AnswerType type, std::vector<JsonMember> members) {
  members.insert(members.begin(),
                 {{"version", make({.kind = Kind::literal, .words = {"1"}})},
                  {"type", word({std::string(to_string(type))})}});
  return make({.kind = Kind::object, .members = std::move(members)});
}

}  // namespace

JsonSchemaPtr plan_schema() {
  const auto any_node = node(kDepth);
  const JsonMember of{"of", list_of(any_node, 1, 1)};
  const auto truth = make({.kind = Kind::literal, .words = {"true", "false"}});
  return make({.kind = Kind::choice,
               .of = {plan(AnswerType::when, {of, {"edge", word({"begin", "end"}), false}}),
                      plan(AnswerType::count, {of, {"per_hour", truth, false}}),
                      plan(AnswerType::duration, {of, {"share", truth, false}}),
                      plan(AnswerType::text, {of, {"look", question()}}),
                      plan(AnswerType::yes_no, {of, {"never", truth, false}}),
                      plan(AnswerType::list, {of}),
                      plan(AnswerType::order,
                           {{"of", list_of(any_node, 2, kMostOperands)},
                            {"pick",
                             word({"first", "last", "longest", "shortest", "most", "fewest"}),
                             false}})}});
}

}  // namespace hindsight::query::detail
