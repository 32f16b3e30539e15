// What boards say.
#pragma once

#include <string>
#include <string_view>

#include "world/rng.h"

namespace hindsight::world {

/// A short text as signs carry: "GATE 4", "K47", "EXIT".
[[nodiscard]] std::string draw_sign_text(Rng& rng);
/// A heading of simple words in capitals, at most 10 letters: "ENERGY 4", "SLIDE 12", "RESULTS".
[[nodiscard]] std::string draw_title_text(Rng& rng);
/// "14:05", minutes after midnight taken round the clock.
[[nodiscard]] std::string clock_text(int minutes);
/// "NEXT 41", "K7": a display's number, counted round from 1 to 99.
[[nodiscard]] std::string number_text(std::string_view prefix, int number);
/// A prefix for number_text.
[[nodiscard]] std::string_view draw_number_prefix(Rng& rng);
/// What such a board might say: of a "sign", "display", "clock", "slide" or "title".
[[nodiscard]] std::string draw_board_text(std::string_view board, Rng& rng);

}  // namespace hindsight::world
