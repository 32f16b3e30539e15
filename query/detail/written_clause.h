// Clauses about what is written somewhere, in the letters of the question.
#pragma once

#include <optional>
#include <string_view>

#include "query/detail/clause.h"
#include "query/detail/noun_phrase.h"

namespace hindsight::query::detail {

/// "OPEN is written on the sign".
[[nodiscard]] std::optional<Clause> read_written(Words subject,
                                                 Words verb_phrase,
                                                 std::string_view question);

/// "the display NOW 10", "the slide title SOUND": a board by what it says, in capitals or digits.
[[nodiscard]] std::optional<Clause> read_board(Words subject,
                                               Words verb_phrase,
                                               std::string_view question);

/// "one read 20:56 on the clock".
[[nodiscard]] std::optional<Clause> read_text_on(Words words, std::string_view question);

/// "says OPEN" of a sign.
[[nodiscard]] std::optional<Clause> read_saying(const NounPhrase& noun,
                                                Words rest,
                                                std::string_view question);

}  // namespace hindsight::query::detail
