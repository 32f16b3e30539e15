#include "query/detail/kinds.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "query/detail/noun_phrase.h"
#include "query/plan_grammar.h"

namespace hindsight::query::detail {
namespace {

struct Kinds {
  std::string_view word;
  std::string_view of;
};
constexpr std::array kKinds{Kinds{"vehicle", "car truck bus van motorcycle"},
                            Kinds{"animal", "dog cat horse bird cow sheep"}};

bool is_known(const model::ModelInfo& model, const std::string& word) {
  return std::ranges::binary_search(model.words, word);
}

/// The predicate about one kind after the other that the model knows; empty where it has no such
/// word, or one that the model knows.
std::vector<std::string> about_kinds(std::string_view predicate, const model::ModelInfo& model) {
  auto words = split_words(predicate);
  std::vector<std::string> predicates;
  for (const auto& kinds : kKinds) {
    const auto at = std::ranges::find(words, kinds.word, &Word::text);
    if (at == words.end() || is_known(model, std::string(kinds.word))) continue;
    for (const auto& kind : split_words(kinds.of)) {
      if (!is_known(model, kind.text)) continue;
      at->text = kind.text;
      if (at > words.begin() && is_one_of(std::prev(at)->text, "a an"))
        std::prev(at)->text = begins_with_vowel(at->text) ? "an" : "a";
      predicates.push_back(upper_first(join(words)));
    }
    return predicates;
  }
  return predicates;
}

/// Things that come are counted kind by kind, what holds of one of them holds.
PlanNode in_kinds(PlanNode node, const model::ModelInfo& model) {
  // Of the most vehicles at once some may be cars and some trucks.
  if (node.op == PlanOp::most) return node;
  const bool is_counted = node.op == PlanOp::arrivals;
  PlanNode& inner = is_counted ? node.of.front() : node;
  if (inner.op != PlanOp::timeline) {
    for (auto& operand : node.of) operand = in_kinds(std::move(operand), model);
    return node;
  }
  const auto predicates = about_kinds(inner.predicate, model);
  if (predicates.empty()) return node;
  PlanNode joined{.op = is_counted ? PlanOp::each : PlanOp::either};
  for (const auto& predicate : predicates) {
    inner.predicate = predicate;
    joined.of.push_back(node);
  }
  return joined.of.size() == 1 ? joined.of.front() : joined;
}

}  // namespace

Plan in_known_kinds(Plan plan, const model::ModelInfo& model) {
  if (model.words.empty() || !plan.look.empty()) return plan;
  for (auto& node : plan.of) node = in_kinds(std::move(node), model);
  return plan;
}

std::optional<Plan> plan_for(const TimeWords& words, const model::ModelInfo& model) {
  auto plan = read_question_plan(words.question, moment_of(words));
  return plan ? std::optional(in_known_kinds(std::move(*plan), model)) : std::nullopt;
}

}  // namespace hindsight::query::detail
