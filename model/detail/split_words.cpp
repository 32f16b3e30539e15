#include "model/detail/split_words.h"

#include <cstdint>
#include <vector>

#include "model/unicode/unicode.h"

namespace hindsight::model {
namespace {

enum class CharClass : std::uint8_t { letter, number, line_end, space, mark };

constexpr char32_t kLongS = 0x17F;  // equals "s" where case does not matter

struct Character {
  std::size_t begin;  // byte offset
  char32_t code_point;
  CharClass kind;
};

CharClass classify(char32_t c) {
  if (c == '\r' || c == '\n') return CharClass::line_end;
  if (is_letter(c)) return CharClass::letter;
  if (is_white_space(c)) return CharClass::space;
  if (is_number(c)) return CharClass::number;
  return CharClass::mark;
}

class WordSplitter {
 public:
  explicit WordSplitter(std::string_view text) {
    characters_.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
      const auto decoded = decode_first(text.substr(at));
      characters_.push_back({at, decoded.code_point, classify(decoded.code_point)});
      at += static_cast<std::size_t>(decoded.num_bytes);
    }
  }

  [[nodiscard]] std::size_t size() const { return characters_.size(); }
  [[nodiscard]] std::size_t offset(std::size_t i) const { return characters_[i].begin; }

  /// One past the last character of the piece that begins at `i`.  The order of the cases is that
  /// of the expression.
  [[nodiscard]] std::size_t end_of_word(std::size_t i) const {
    if (const auto end = end_of_contraction(i); end > i) return end;
    if (is(i, CharClass::letter)) return end_of_run(i, CharClass::letter);
    const bool may_lead = is(i, CharClass::space) || is(i, CharClass::mark);
    if (may_lead && is(i + 1, CharClass::letter)) return end_of_run(i + 1, CharClass::letter);
    if (is(i, CharClass::number)) return i + 1;
    if (const auto end = end_of_marks(i); end > i) return end;
    return end_of_white_space(i);
  }

 private:
  [[nodiscard]] bool is(std::size_t i, CharClass kind) const {
    return i < size() && characters_[i].kind == kind;
  }

  [[nodiscard]] std::size_t end_of_run(std::size_t i, CharClass kind) const {
    while (is(i, kind)) ++i;
    return i;
  }

  // In lower case where that is ASCII; 0 past the end.
  [[nodiscard]] char32_t folded(std::size_t i) const {
    if (i >= size()) return 0;
    const char32_t c = characters_[i].code_point;
    if (c == kLongS) return 's';
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  }

  // 's 't 're 've 'm 'll 'd
  [[nodiscard]] std::size_t end_of_contraction(std::size_t i) const {
    if (folded(i) != '\'') return i;
    const char32_t a = folded(i + 1);
    const char32_t b = folded(i + 2);
    if (a == 's' || a == 't' || a == 'm' || a == 'd') return i + 2;
    if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return i + 3;
    return i;
  }

  [[nodiscard]] std::size_t end_of_marks(std::size_t i) const {
    const std::size_t begin = characters_[i].code_point == ' ' ? i + 1 : i;
    if (!is(begin, CharClass::mark)) return i;
    return end_of_run(end_of_run(begin, CharClass::mark), CharClass::line_end);
  }

  // A run that holds a line end goes up to the last of them; one before a word leaves its last
  // blank to the word.
  [[nodiscard]] std::size_t end_of_white_space(std::size_t i) const {
    std::size_t end = i;
    std::size_t after_line_end = i;
    while (is(end, CharClass::space) || is(end, CharClass::line_end)) {
      ++end;
      if (is(end - 1, CharClass::line_end)) after_line_end = end;
    }
    if (after_line_end > i) return after_line_end;
    return end < size() && end - i > 1 ? end - 1 : end;
  }

  std::vector<Character> characters_;
};

}  // namespace

void split_words(std::string_view text, const std::function<void(std::string_view)>& on_word) {
  const WordSplitter splitter(text);
  for (std::size_t i = 0; i < splitter.size();) {
    const std::size_t end = splitter.end_of_word(i);
    const std::size_t begin_byte = splitter.offset(i);
    const std::size_t end_byte = end < splitter.size() ? splitter.offset(end) : text.size();
    on_word(text.substr(begin_byte, end_byte - begin_byte));
    i = end;
  }
}

}  // namespace hindsight::model
