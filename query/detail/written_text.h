// What is written in a picture: as a predicate, and as the question that reads it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hindsight::query::detail {

/// "Does the sign say EXIT 42?".  A slide says what its title says.
[[nodiscard]] std::string says_predicate(std::string_view thing, std::string_view text);

/// "What does the sign say?", of a clock "What time does the clock show?".
[[nodiscard]] std::string reading_question(std::string_view thing);

struct WrittenText {
  std::string thing;
  std::string text;
};
/// The parts of a says_predicate(); empty for any other predicate.
[[nodiscard]] std::optional<WrittenText> written_text_of(std::string_view predicate);

}  // namespace hindsight::query::detail
