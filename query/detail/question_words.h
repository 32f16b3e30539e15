// What the forms of questions share: patterns at the front, events, and plans made of them.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "query/detail/event.h"
#include "query/plan.h"

namespace hindsight::query::detail {

/// The words of a question from `begin`; `/` separates choices in a pattern: "what/which colour".
/// What follows the pattern; empty when it does not fit.
[[nodiscard]] std::optional<Words> after_pattern(Words words, std::string_view pattern);

/// A question that is being read.  Borrows its words.
class QuestionWords {
 public:
  QuestionWords(Words words, std::string_view question, std::optional<MediaTime> at)
      : words_(words), question_(question), at_(at) {}

 protected:
  using MaybePlan = std::optional<Plan>;

  /// What follows the first of the patterns that fits.
  std::optional<Words> after_any(std::initializer_list<std::string_view> patterns) const;

  /// An event behind an auxiliary, if there is one; "isn't" turns it round.
  std::optional<Event> event(Words words,
                             Togetherness togetherness = Togetherness::occurrences) const;
  /// The same without looking for an auxiliary.
  std::optional<Event> plain_event(Words words) const;

  static Plan plan_of(AnswerType type, Event event);

  /// A plan that puts `question` to single pairs: at the moment asked for, else in the event.
  MaybePlan look(AnswerType type, std::string question, std::optional<Event> event) const;

  Words words_;
  std::string_view question_;
  std::optional<MediaTime> at_;
};

/// "How many cars appear" counts cars: two that are there together are two.  Of what comes or is
/// there; other nodes stay as they are.
void tell_apart(PlanNode& node);

/// Questions that single pairs answer: colours, signs, directions, what is carried, how many are to
/// be seen at once.  Empty for other questions.
[[nodiscard]] std::optional<Plan> read_look_question(Words words,
                                                     std::string_view question,
                                                     std::optional<MediaTime> at);

/// Questions that compare things: which came first, which is seen longer or more often, in which
/// order they come.  Empty for other questions.
[[nodiscard]] std::optional<Plan> read_order_question(Words words,
                                                      std::string_view question,
                                                      std::optional<MediaTime> at);

}  // namespace hindsight::query::detail
