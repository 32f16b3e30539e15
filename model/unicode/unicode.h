// The little of Unicode that a tokenizer needs: UTF-8, three character classes, normalisation form
// C.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hindsight::model {

/// General category L.
[[nodiscard]] bool is_letter(char32_t c);
/// General category N.
[[nodiscard]] bool is_number(char32_t c);
[[nodiscard]] bool is_white_space(char32_t c);

/// A code point at the start of a text and the bytes it takes.  Malformed bytes give U+FFFD for
/// each longest piece that could begin a code point, as browsers, Rust and Python do; is_valid is
/// then false.
struct DecodedCodePoint {
  char32_t code_point = 0;
  int num_bytes = 0;
  bool is_valid = true;
};
/// `text` is not empty.
[[nodiscard]] DecodedCodePoint decode_first(std::string_view text);

void append_utf8(std::string& out, char32_t c);

/// The same text with malformed bytes replaced as decode_first() says.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

/// How many bytes at the end begin a code point that further bytes could complete: 0 to 3.
[[nodiscard]] std::size_t unfinished_suffix(std::string_view text);

/// Normalisation form C of a valid UTF-8 text.
[[nodiscard]] std::string to_nfc(std::string_view text);

}  // namespace hindsight::model
