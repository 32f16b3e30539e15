#include "world/text.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

using namespace hindsight::world;

namespace {

/// Mean difference of ink between a text and its image in a mirror lying below it, 0..1.
float difference_upside_down(const TextBitmap& bitmap) {
  float sum = 0;
  for (int y = 0; y < bitmap.height; ++y)
    for (int x = 0; x < bitmap.width; ++x)
      sum += std::abs(
          bitmap.ink[static_cast<std::size_t>(y * bitmap.width + x)] -
          bitmap.ink[static_cast<std::size_t>((bitmap.height - 1 - y) * bitmap.width + x)]);
  return sum / static_cast<float>(bitmap.ink.size());
}

TEST_CASE("the region of the first line holds its ink and nothing more") {
  for (const auto* text : {"GATE 4", "A", "TRAFFIC 12"}) {
    for (const float aspect : {1.5F, 3.0F, 6.0F}) {
      CAPTURE(std::string(text));
      CAPTURE(aspect);
      const TextStyle style{.weight = 0.08F};
      const TextBitmap bitmap = draw_text(text, style, aspect);
      float u0 = 1, v0 = 1, u1 = 0, v1 = 0;
      for (int y = 0; y < bitmap.height; ++y) {
        for (int x = 0; x < bitmap.width; ++x) {
          if (bitmap.ink[static_cast<std::size_t>(y * bitmap.width + x)] < 0.5F) continue;
          const float u = (static_cast<float>(x) + 0.5F) / static_cast<float>(bitmap.width);
          const float v = (static_cast<float>(y) + 0.5F) / static_cast<float>(bitmap.height);
          u0 = std::min(u0, u), u1 = std::max(u1, u), v0 = std::min(v0, v), v1 = std::max(v1, v);
        }
      }
      // Strokes have a width, and a letter such as 1 or A does not fill its cell.
      const auto& region = bitmap.first_line;
      const float letter = static_cast<float>(bitmap.letter_height);
      const float across = 0.25F * letter / static_cast<float>(bitmap.width);
      const float down = 0.12F * letter / static_cast<float>(bitmap.height);
      CHECK(std::abs(u0 - region.u0) < across);
      CHECK(std::abs(u1 - region.u1) < across);
      CHECK(std::abs(v0 - region.v0) < down);
      CHECK(std::abs(v1 - region.v1) < down);
    }
  }
}

}  // namespace

TEST_CASE("letters that a mirror below them leaves as they are, are drawn so, and no others") {
  for (const char letter : std::string("BCDEHIKOX38")) {
    CAPTURE(letter);
    CHECK(difference_upside_down(draw_text(std::string(1, letter), {}, 1)) < 0.03F);
  }
  for (const char letter : std::string("AFJLMPQRSTUVWY24570")) {
    CAPTURE(letter);
    CHECK(difference_upside_down(draw_text(std::string(1, letter), {}, 1)) > 0.06F);
  }
}
