#include "query/detail/question_words.h"

#include <algorithm>

#include "query/detail/number_predicate.h"

namespace hindsight::query::detail {

std::optional<Words> after_pattern(Words words, std::string_view pattern) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < pattern.size();) {
    const auto end = std::min(pattern.find(' ', i), pattern.size());
    std::string choices(pattern.substr(i, end - i));
    std::replace(choices.begin(), choices.end(), '/', ' ');
    if (!is_any(words, next, choices)) return std::nullopt;
    ++next;
    i = end + 1;
  }
  return words.subspan(next);
}

std::optional<Words> QuestionWords::after_any(
    std::initializer_list<std::string_view> patterns) const {
  for (const auto pattern : patterns) {
    if (const auto rest = after_pattern(words_, pattern)) return rest;
  }
  return std::nullopt;
}

std::optional<Event> QuestionWords::event(Words words, Togetherness togetherness) const {
  const auto auxiliary = auxiliary_at(words, 0);
  if (!auxiliary) return read_event(words, question_, Auxiliary::none, togetherness);
  const bool is_negative = words[0].text.ends_with("n't");
  auto found = read_event(words.subspan(1), question_, *auxiliary, togetherness);
  if (found && is_negative) found->node = apply(PlanOp::negation, {std::move(found->node)});
  return found;
}

std::optional<Event> QuestionWords::plain_event(Words words) const {
  return read_event(words, question_, Auxiliary::none, Togetherness::occurrences);
}

Plan QuestionWords::plan_of(AnswerType type, Event event) {
  Plan plan{.type = type};
  plan.of.push_back(std::move(event.node));
  plan.names.push_back(std::move(event.name));
  plan.edge = event.edge;
  return plan;
}

void tell_apart(PlanNode& node) {
  if (node.op != PlanOp::timeline) {
    // "who do not wear a helmet" are no arrivals.
    if (!node.of.empty() && !is_state(node)) tell_apart(node.of.front());
    return;
  }
  if (at_least_predicate(node.predicate, 2)) node = apply(PlanOp::arrivals, {std::move(node)});
}

QuestionWords::MaybePlan QuestionWords::look(AnswerType type,
                                             std::string question,
                                             std::optional<Event> event) const {
  if (question.size() > kMaxPredicateBytes || (!event && !at_)) return std::nullopt;
  Plan plan{.type = type};
  if (event && !at_) plan = plan_of(type, std::move(*event));
  plan.look = std::move(question);
  plan.at = at_;
  return plan;
}

}  // namespace hindsight::query::detail
