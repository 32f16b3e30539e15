// How many of a thing are visible, as predicates: "more than one car" is "Are two cars visible?".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/detail/noun_phrase.h"
#include "query/plan.h"

namespace hindsight::query::detail {

/// What a number of things means in predicates that ask for at least so many: "exactly two cars"
/// are two, but not three, and "zero cars" are not one.  phrase.count: from 0 on.
[[nodiscard]] PlanNode visible_number(const NounPhrase& phrase);

/// "a", "red", "car" of "Is a red car visible?"; none for any other predicate.
[[nodiscard]] std::vector<Word> visible_thing_of(std::string_view predicate);

/// "Are two red cars visible?" for "Is a red car visible?" and 2, the predicate itself for 1; empty
/// for any other predicate.
[[nodiscard]] std::optional<std::string> at_least_predicate(std::string_view visible, int count);

struct CountedThings {
  int count = 0;       ///< at least so many
  std::string plural;  ///< "red cars"
};
/// The parts of "Are two red cars visible?"; empty for any other predicate.
[[nodiscard]] std::optional<CountedThings> counted_things_of(std::string_view predicate);

/// "How many red cars are visible?".
[[nodiscard]] std::string counting_question(std::string_view plural);

}  // namespace hindsight::query::detail
