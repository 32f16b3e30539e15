// What is said of a noun phrase, as clauses: "is visible", "leaves", "carries a bag", "is open".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/detail/clause.h"
#include "query/detail/noun_phrase.h"

namespace hindsight::query::detail {

/// Of a question about one picture, for as long as it is true.
[[nodiscard]] Clause whole(std::string predicate);
/// That a state is seen to begin.
[[nodiscard]] Clause begins(PlanNode state);
[[nodiscard]] std::optional<Clause> negated(std::optional<Clause> clause);
/// That the thing, or so many of them, is in the picture.
[[nodiscard]] Clause seen(const NounPhrase& noun);

/// verb_phrase: what stands behind the noun; empty where it alone is named.  auxiliary: what was
/// turned in front of it.  Empty when the grammar does not know the verb.
[[nodiscard]] std::optional<Clause> read_verb_phrase(const NounPhrase& noun,
                                                     Words verb_phrase,
                                                     std::string_view question,
                                                     Auxiliary auxiliary);

}  // namespace hindsight::query::detail
