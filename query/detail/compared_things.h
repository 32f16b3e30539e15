// Things that a question compares, "the car or the truck", and the verb that they share.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {

/// "the blue car" for "the blue one" or "the blue" of a question about cars.
[[nodiscard]] std::vector<Word> with_noun(Words thing, Words noun);

/// What stands between "which" and "first": a noun, and a verb.
struct Compared {
  Words noun;
  Words verb;  ///< empty: to come, to appear, to happen
};
/// Empty where something else stands there.
[[nodiscard]] std::optional<Compared> read_compared(Words words, bool takes_noun);

/// "the car or the truck leave" loses its verb; what it is where that is more than to appear:
/// "leaves".
[[nodiscard]] std::vector<Word> take_verb(Words& list);

/// Where the verb of "the light go on" stands; 0: there is none.
[[nodiscard]] std::size_t own_verb(Words thing);

}  // namespace hindsight::query::detail
