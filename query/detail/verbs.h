// The verbs that the question grammar knows, in all their forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {

/// Being and becoming, in all forms.
inline constexpr std::string_view kBe = "is are was were be been being gets get got becomes become";

/// The base form of word `i` when it is a form of a known verb ("left" -> "leave"), else empty.
[[nodiscard]] std::string_view lemma_at(Words words, std::size_t i);

/// "sitting", "wearing"; not "ring".
[[nodiscard]] bool is_participle(const Word& word);

/// A verb's base form behind one subject: "appear" -> "appears", "carry" -> "carries".
[[nodiscard]] std::string third_person(std::string_view verb);

/// What a verb with the words behind it says of its subject.
enum class Motion { none, appears, returns, leaves };
/// "comes into view", "drives past the gate", "leaves the room", "walks away".  none: it is no such
/// verb, or something else than a place follows.
[[nodiscard]] Motion read_motion(Words words);

/// "in the room", "on the table": a place by itself, as a camera shows one; not "in the car".
[[nodiscard]] bool is_scene(Words words);

/// What stands behind the verb of "a dog appears twice", "the person leaves the bag": a subject
/// that comes or goes, which no single picture shows.
[[nodiscard]] std::optional<Words> behind_motion(Words words);

/// "the bag": something is done to it.
[[nodiscard]] bool is_object(Words words);

/// "to the left", "up": the direction as judges are asked for it; empty when the words are none.
[[nodiscard]] std::string_view read_direction(Words words);

}  // namespace hindsight::query::detail
