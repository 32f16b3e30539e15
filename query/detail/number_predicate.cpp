#include "query/detail/number_predicate.h"

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "query/detail/clause.h"
#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {
namespace {

std::string in_words(int count) {
  constexpr std::array<std::string_view, 11> kWords{
      "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
  const auto i = static_cast<std::size_t>(count);
  return i < kWords.size() ? std::string(kWords[i]) : std::to_string(count);
}

PlanNode at_least(const NounPhrase& phrase, int count) {
  if (count <= 1) return timeline_of(fmt::format("Is {} visible?", phrase.with_article()));
  const bool is_as_written = count == phrase.count && !phrase.number.empty();
  return timeline_of(fmt::format("Are {} {} visible?",
                                 is_as_written ? phrase.number : in_words(count),
                                 phrase.plural.empty() ? plural_of(phrase.noun) : phrase.plural));
}

PlanNode no(PlanNode node) { return apply(PlanOp::negation, {std::move(node)}); }

}  // namespace

PlanNode visible_number(const NounPhrase& phrase) {
  const int count = phrase.count;
  switch (phrase.how_many) {
    case HowMany::at_least:
      return at_least(phrase, count);
    case HowMany::more_than:
      return at_least(phrase, count + 1);
    case HowMany::fewer_than:
      return no(at_least(phrase, count));
    case HowMany::at_most:
      return no(at_least(phrase, count + 1));
    case HowMany::exactly:
      break;
  }
  if (count == 0) return no(at_least(phrase, 1));
  return apply(PlanOp::both, {at_least(phrase, count), no(at_least(phrase, count + 1))});
}

std::vector<Word> visible_thing_of(std::string_view predicate) {
  constexpr std::string_view kFront = "Is ";
  constexpr std::string_view kBack = " visible?";
  if (!predicate.starts_with(kFront) || !predicate.ends_with(kBack)) return {};
  auto words =
      split_words(predicate.substr(kFront.size(), predicate.size() - kFront.size() - kBack.size()));
  if (!is_any(words, 0, "a an")) return {};
  return words;
}

std::optional<std::string> at_least_predicate(std::string_view visible, int count) {
  const auto words = visible_thing_of(visible);
  if (words.empty()) return std::nullopt;
  const auto phrase = read_noun_phrase(words);
  if (!phrase) return std::nullopt;
  return at_least(*phrase, count).predicate;
}

std::optional<CountedThings> counted_things_of(std::string_view predicate) {
  constexpr std::string_view kFront = "Are ";
  constexpr std::string_view kBack = " visible?";
  if (!predicate.starts_with(kFront) || !predicate.ends_with(kBack)) return std::nullopt;
  const auto middle =
      predicate.substr(kFront.size(), predicate.size() - kFront.size() - kBack.size());
  const auto words = split_words(middle);
  const auto number = read_number(words, 0);
  if (!number || number->next >= words.size() || number->value < 1 || number->value > 1e6)
    return std::nullopt;
  return CountedThings{.count = static_cast<int>(number->value),
                       .plural = join(Words(words).subspan(number->next))};
}

std::string counting_question(std::string_view plural) {
  return fmt::format("How many {} are visible?", plural);
}

}  // namespace hindsight::query::detail
