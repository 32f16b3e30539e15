#include <algorithm>

#include "model/unicode/unicode.h"

namespace hindsight::model {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// What a first byte announces: the length of the sequence and the range of its second byte, which
// excludes overlong forms, surrogates and code points beyond U+10FFFF.
struct Lead {
  int length = 0;  // 0: no sequence starts so
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xC2 || byte > 0xF4) return {0};
  if (byte < 0xE0) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {4};
}

// How many bytes at the start of `text` agree with what its first byte announces, at most
// lead.length.
int agreeing_bytes(std::string_view text, const Lead& lead) {
  const int available = static_cast<int>(std::min<std::size_t>(text.size(), 4));
  int count = 1;
  while (count < lead.length && count < available) {
    const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(count)]);
    const bool fits = count == 1 ? byte >= lead.second_min && byte <= lead.second_max
                                 : byte >= 0x80 && byte <= 0xBF;
    if (!fits) break;
    ++count;
  }
  return count;
}

}  // namespace

DecodedCodePoint decode_first(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1, true};
  const Lead lead = lead_of(first);
  const int count = agreeing_bytes(text, lead);
  if (count != lead.length) return {kReplacement, count, false};
  char32_t code_point = first & (0x7FU >> lead.length);
  for (int i = 1; i < count; ++i) {
    code_point =
        (code_point << 6) | (static_cast<unsigned char>(text[static_cast<std::size_t>(i)]) & 0x3FU);
  }
  return {code_point, count, true};
}

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (c >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto decoded = decode_first(text);
    const auto num_bytes = static_cast<std::size_t>(decoded.num_bytes);
    if (decoded.is_valid) {
      out.append(text.substr(0, num_bytes));
    } else {
      append_utf8(out, kReplacement);
    }
    text.remove_prefix(num_bytes);
  }
  return out;
}

std::size_t unfinished_suffix(std::string_view text) {
  for (std::size_t length = std::min<std::size_t>(3, text.size()); length > 0; --length) {
    const auto suffix = text.substr(text.size() - length);
    const Lead lead = lead_of(static_cast<unsigned char>(suffix.front()));
    if (lead.length > static_cast<int>(length) &&
        agreeing_bytes(suffix, lead) == static_cast<int>(length)) {
      return length;
    }
  }
  return 0;
}

}  // namespace hindsight::model
