// Letters on boards: a stroke font in several styles.
#pragma once

#include <string_view>
#include <vector>

#include "world/rng.h"
#include "world/vec.h"

namespace hindsight::world {

struct TextStyle {
  float weight = 0.1F;  ///< half stroke width in letter heights
  float slant = 0;
  float spacing = 0.24F;
  float aspect = 0.62F;  ///< width of a letter in heights
  Vec3 board{0.8F, 0.8F, 0.8F};
  Vec3 ink{0.02F, 0.02F, 0.02F};
  bool glows = false;  ///< a display or a projection: board and ink give off light
};

/// Dark on light, light on dark or a glowing display.
[[nodiscard]] TextStyle draw_text_style(bool display, Rng& rng);

/// Coverage of ink, [height][width] in 0..1, lines centred with a margin; letters, digits and "
/// :-./". Other characters are blank.  The first of several lines is a title: larger letters.
struct TextBitmap {
  int width = 0;
  int height = 0;
  int letter_height = 0;  ///< of the first line
  float title_end = 1;    ///< share of the height down to the end of a title, 1: there is none
  /// The letters of the first line, shares of width and height.
  struct Region {
    float u0 = 0, v0 = 0, u1 = 1, v1 = 1;
  };
  Region first_line{};
  std::vector<float> ink{};
  [[nodiscard]] float at(float u, float v) const;  ///< u, v in 0..1, bilinear
};
/// What reading a board gives: its only line, or the title of several.
[[nodiscard]] std::string_view title_of(std::string_view text);
/// Lines are separated by '\n'.  `aspect`: width over height of the board.
[[nodiscard]] TextBitmap draw_text(std::string_view text, const TextStyle& style, float aspect);

}  // namespace hindsight::world
