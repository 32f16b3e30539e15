// The verbs that the question grammar knows, in all their forms.
#pragma once

#include <string>
#include <string_view>

#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {

/// The base form of word `i` when it is a form of a known verb ("left" -> "leave"), else empty.
[[nodiscard]] std::string_view lemma_at(Words words, std::size_t i);

/// A verb's base form behind one subject: "appear" -> "appears", "carry" -> "carries".
[[nodiscard]] std::string third_person(std::string_view verb);

/// What a verb with the words behind it says of its subject.
enum class Motion { none, appears, leaves };
/// "comes into view", "drives past the gate", "leaves the room", "walks away".  none: it is no such
/// verb, or something else follows.
[[nodiscard]] Motion read_motion(Words words);

/// "to the left", "up": the direction as judges are asked for it; empty when the words are none.
[[nodiscard]] std::string_view read_direction(Words words);

}  // namespace hindsight::query::detail
