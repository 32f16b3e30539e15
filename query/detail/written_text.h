// What is written in a picture: as a predicate, and as the question that reads it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {

/// Something that one reads: "sign", "title", "number plate".  "slide title" and "title of the
/// slide" are both named the former.
struct Surface {
  std::string name;
  std::size_t num_words = 0;
};
/// The one that the words begin with.
[[nodiscard]] std::optional<Surface> read_surface(Words words);

/// "Does the sign say EXIT 42?".  A slide says what its title says.
[[nodiscard]] std::string says_predicate(std::string_view thing, std::string_view text);

/// "What does the sign say?", "What time does the clock show?", "What is the title of the slide?".
[[nodiscard]] std::string reading_question(std::string_view thing);

struct WrittenText {
  std::string thing;
  std::string text;
};
/// The parts of a says_predicate(), of a slide its title; empty for any other predicate.
[[nodiscard]] std::optional<WrittenText> written_text_of(std::string_view predicate);

}  // namespace hindsight::query::detail
