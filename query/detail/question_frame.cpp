#include "query/detail/question_frame.h"

#include <algorithm>

#include "query/detail/clause.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/question_words.h"

namespace hindsight::query::detail {

std::vector<Word> with_front_behind(Words words) {
  if (!is_any(words, 0, "after before while when during since once")) return {};
  std::size_t comma = 1;
  while (comma < words.size() && !is(words, comma, ",")) ++comma;
  if (comma + 1 >= words.size()) return {};
  std::vector<Word> turned(words.begin() + static_cast<std::ptrdiff_t>(comma) + 1, words.end());
  turned.insert(turned.end(), words.begin(), words.begin() + static_cast<std::ptrdiff_t>(comma));
  return turned;
}

Words without_place(Words words) {
  const auto size = words.size();
  for (const std::size_t length : {std::size_t{3}, std::size_t{4}}) {
    if (size <= length || !is_any(words, size - 1, "video clip recording footage film movie"))
      continue;
    const Words tail = words.subspan(size - length);
    if (is_any(tail, 0, "in of during throughout on over") && is_any(tail, 1, "the this that") &&
        (length == 3 || is_any(tail, 2, "whole entire")))
      return words.first(size - length);
  }
  return words;
}

bool take_throughout(std::vector<Word>& words, std::string_view question) {
  if (!auxiliary_at(skip_front(words, kPoliteness), 0) && !auxiliary_at(words, 0)) return false;
  const auto num_always = std::erase_if(words, [&](const Word& word) {
    return word.text == "always" && !is_in_capitals(word, question);
  });
  if (num_always > 0) return true;
  std::size_t end = words.size();
  while (end > 0 && is_any(words, end - 1, ". ? !")) --end;
  // Longest first.
  for (const std::string_view pattern :
       {"in/of/during/throughout/on/over/for the/this whole/entire "
        "video/clip/recording/footage/film/movie/time",
        "the/this whole/entire video/clip/recording/footage/film/movie/time",
        "throughout the/this video/clip/recording/footage/film/movie",
        "all the time",
        "at all times",
        "throughout"}) {
    const auto length = static_cast<std::size_t>(std::ranges::count(pattern, ' ')) + 1;
    if (end <= length || !after_pattern(Words(words).subspan(end - length), pattern)) continue;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(end - length),
                words.begin() + static_cast<std::ptrdiff_t>(end));
    return true;
  }
  return false;
}

std::optional<Plan> throughout(Plan plan) {
  if (plan.type != AnswerType::yes_no || plan.at) return plan;
  if (plan.never || !is_state(plan.of.front())) return std::nullopt;
  PlanNode node = std::move(plan.of.front());
  plan.of.front() = node.op == PlanOp::negation ? std::move(node.of.front())
                                                : apply(PlanOp::negation, {std::move(node)});
  plan.never = true;
  return plan;
}

}  // namespace hindsight::query::detail
