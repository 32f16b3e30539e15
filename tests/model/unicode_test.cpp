#include "model/unicode/unicode.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "model/goldens.h"
#include "model/sha256.h"

namespace hindsight::model {
namespace {

std::string digest(const std::string& text) {
  return test::sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_CASE("NFC agrees with Python's unicodedata") {
  for (const auto& row : test::load_golden("nfc_goldens.json")) {
    const auto text = row["text"].get<std::string>();
    const std::string nfc = to_nfc(text);
    if (row.contains("nfc")) {
      CAPTURE(text);
      CHECK(nfc == row["nfc"].get<std::string>());
    } else {
      CHECK(digest(nfc) == row["sha256"].get<std::string>());  // every code point that decomposes
    }
    CHECK(to_nfc(nfc) == nfc);
  }
}

TEST_CASE("all Hangul syllables come back from their letters") {
  for (char32_t syllable = 0xAC00; syllable < 0xAC00 + 11172; ++syllable) {
    const char32_t index = syllable - 0xAC00;
    std::string letters;
    append_utf8(letters, 0x1100 + index / 588);
    append_utf8(letters, 0x1161 + index / 28 % 21);
    if (index % 28 != 0) append_utf8(letters, 0x11A7 + index % 28);
    std::string whole;
    append_utf8(whole, syllable);
    REQUIRE(to_nfc(letters) == whole);
    REQUIRE(to_nfc(whole) == whole);
  }
}

TEST_CASE("character classes") {
  struct Row {
    std::string name;
    char32_t c;
    bool letter, number, space;
  };
  const std::vector<Row> rows{
      {"Latin", 'Z', true, false, false},
      {"digit", '9', false, true, false},
      {"underscore", '_', false, false, false},
      {"line feed", '\n', false, false, true},
      {"unit separator", 0x1F, false, false, false},
      {"next line", 0x85, false, false, true},
      {"no-break space", 0xA0, false, false, true},
      {"superscript two", 0xB2, false, true, false},
      {"feminine ordinal", 0xAA, true, false, false},
      {"combining acute", 0x301, false, false, false},
      {"roman numeral", 0x2164, false, true, false},
      {"ideographic space", 0x3000, false, false, true},
      {"zero-width space", 0x200B, false, false, false},
      {"Han", 0x4E16, true, false, false},
      {"last Han of extension B", 0x2A6DF, true, false, false},
      {"emoji", 0x1F600, false, false, false},
      {"letter of Unicode 16", 0xA7CB, true, false, false},
      {"last code point", 0x10FFFF, false, false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(is_letter(row.c) == row.letter);
    CHECK(is_number(row.c) == row.number);
    CHECK(is_white_space(row.c) == row.space);
  }
}

TEST_CASE("every code point survives UTF-8") {
  for (char32_t c = 0; c < 0x110000; c += c < 0x800 ? 1 : 61) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    append_utf8(text, c);
    const auto decoded = decode_first(text);
    REQUIRE(decoded.is_valid);
    REQUIRE(decoded.code_point == c);
    REQUIRE(decoded.num_bytes == static_cast<int>(text.size()));
    REQUIRE(unfinished_suffix(text) == 0);
    for (std::size_t cut = 1; cut < text.size(); ++cut)
      REQUIRE(unfinished_suffix(text.substr(0, cut)) == cut);
  }
}

TEST_CASE("malformed bytes become one replacement for each longest beginning of a code point") {
  const std::string r = "\xEF\xBF\xBD";
  struct Row {
    std::string name, text, expected;
    std::size_t unfinished;
  };
  const std::vector<Row> rows{
      {"a lone continuation", "\x80", r, 0},
      {"two of them", "\x80\xBF", r + r, 0},
      {"overlong slash", "\xC0\xAF", r + r, 0},
      {"overlong in three", "\xE0\x80\xAF", r + r + r, 0},
      {"surrogate", "\xED\xA0\x80", r + r + r, 0},
      {"beyond the last code point", "\xF4\x90\x80\x80", r + r + r + r, 0},
      {"no such first byte", "\xF5x", r + "x", 0},
      {"cut off in the middle", "a\xE2\x82z", "a" + r + "z", 0},
      {"cut off at the end", "a\xF0\x9F\x98", "a" + r, 3},
      {"cut off after one byte", "a\xC3", "a" + r, 1},
      {"a second start before the end", "\xF0\x9F\xE2\x82", r + r, 2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(to_valid_utf8(row.text) == row.expected);
    CHECK(unfinished_suffix(row.text) == row.unfinished);
  }
}

}  // namespace hindsight::model
