#include "ingest/lettering.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"

using namespace hindsight;
using ingest::draw_letters;
using ingest::kLetterHeight;
using ingest::kLetterWidth;

namespace {

Image draw(const std::vector<std::string>& lines, int columns) {
  return draw_letters(lines, columns);
}

/// The letter at a place of a text.
std::vector<std::uint8_t> letter_at(const Image& text, int column, int line) {
  std::vector<std::uint8_t> letter;
  for (int y = 0; y < kLetterHeight; ++y) {
    const auto* row = text.view().row(line * kLetterHeight + y) + column * kLetterWidth;
    letter.insert(letter.end(), row, row + kLetterWidth);
  }
  return letter;
}

bool is_blank(const std::vector<std::uint8_t>& letter) {
  return std::ranges::all_of(letter, [](std::uint8_t ink) { return ink == 0; });
}

}  // namespace

TEST_CASE("letters stand where they are written, and every printable one has its own shape") {
  std::vector<std::vector<std::uint8_t>> shapes;
  for (char c = '!'; c < 0x7f; ++c) {
    const auto text = draw({std::string("  ") + c, std::string(1, c)}, 4);
    CHECK(text.width == 4 * kLetterWidth);
    CHECK(text.height == 2 * kLetterHeight);
    shapes.push_back(letter_at(text, 2, 0));
    CHECK_FALSE(is_blank(shapes.back()));
    CHECK(shapes.back() == letter_at(text, 0, 1));
    CHECK(is_blank(letter_at(text, 0, 0)));
    CHECK(is_blank(letter_at(text, 1, 1)));
  }
  std::ranges::sort(shapes);
  CHECK(std::ranges::adjacent_find(shapes) == shapes.end());
}

TEST_CASE("a line as long as its picture neither wraps nor scrolls, a longer one is cut") {
  const auto full = draw({"abcd", "efgh"}, 4);
  CHECK(letter_at(full, 0, 0) == letter_at(draw({"a"}, 1), 0, 0));
  CHECK(letter_at(full, 3, 1) == letter_at(draw({"h"}, 1), 0, 0));
  CHECK(draw({"abcdefgh", "x"}, 4).samples == draw({"abcd", "x"}, 4).samples);
}

TEST_CASE("nothing in a text moves the cursor or colours it") {
  CHECK(draw({"a\x1b[2Jb\r\n\x07"}, 12).samples == draw({"a?[2Jb???"}, 12).samples);
  CHECK(draw({"\xc3\xa9t\xc3\xa9"}, 5).samples == draw({"?t?"}, 5).samples);
  CHECK(draw({""}, 3).samples == std::vector<std::uint8_t>(3 * 8 * 16, 0));
}

TEST_CASE("a text without lines or columns is refused") {
  CHECK_THROWS_AS((void)draw({}, 4), Error);
  CHECK_THROWS_AS((void)draw({"a"}, 0), Error);
}
