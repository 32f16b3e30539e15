#include "world/text.h"

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
