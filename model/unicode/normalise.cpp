// Unicode's canonical ordering and composition (UAX #15); Hangul by arithmetic (The Unicode
// Standard, 3.12).
#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "model/unicode/unicode.h"

namespace hindsight::model {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};
struct CombiningRange {
  char32_t first;
  char32_t last;
  int combining_class;
};
struct Decomposition {
  char32_t composed;
  char32_t first;
  char32_t second;  // 0: `first` alone
};
struct Composition {
  char32_t first;
  char32_t second;
  char32_t composed;
};

#include "model/unicode/tables.inc"

constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kLeading = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTrailing = 0x11A7;  // one before the first, which stands for none
constexpr char32_t kNumLeading = 19;
constexpr char32_t kNumVowels = 21;
constexpr char32_t kNumTrailing = 28;
constexpr char32_t kNumSyllables = kNumLeading * kNumVowels * kNumTrailing;

template <class Row>
const Row* find_range(std::span<const Row> rows, char32_t c) {
  const auto at =
      std::partition_point(rows.begin(), rows.end(), [c](const Row& row) { return row.last < c; });
  return at != rows.end() && at->first <= c ? &*at : nullptr;
}

int combining_class(char32_t c) {
  if (c < 0x300) return 0;
  const auto* const row = find_range<CombiningRange>(kCombining, c);
  return row != nullptr ? row->combining_class : 0;
}

void append_decomposed(std::u32string& out, char32_t c) {
  if (c >= kSyllables && c < kSyllables + kNumSyllables) {
    const char32_t index = c - kSyllables;
    out += kLeading + index / (kNumVowels * kNumTrailing);
    out += kVowels + index / kNumTrailing % kNumVowels;
    if (index % kNumTrailing != 0) out += kTrailing + index % kNumTrailing;
    return;
  }
  const auto* const at = std::partition_point(
      std::begin(kDecompositions), std::end(kDecompositions), [c](const Decomposition& row) {
        return row.composed < c;
      });
  if (c < 0xC0 || at == std::end(kDecompositions) || at->composed != c) {
    out += c;
    return;
  }
  append_decomposed(out, at->first);
  if (at->second != 0) append_decomposed(out, at->second);
}

// The composition of two code points, 0 when there is none.
char32_t compose(char32_t first, char32_t second) {
  const bool leading = first >= kLeading && first < kLeading + kNumLeading;
  if (leading && second >= kVowels && second < kVowels + kNumVowels) {
    return kSyllables + ((first - kLeading) * kNumVowels + (second - kVowels)) * kNumTrailing;
  }
  const bool open_syllable = first >= kSyllables && first < kSyllables + kNumSyllables &&
                             (first - kSyllables) % kNumTrailing == 0;
  if (open_syllable && second > kTrailing && second < kTrailing + kNumTrailing)
    return first + (second - kTrailing);
  const auto* const at = std::partition_point(
      std::begin(kCompositions), std::end(kCompositions), [&](const Composition& row) {
        return row.first != first ? row.first < first : row.second < second;
      });
  return at != std::end(kCompositions) && at->first == first && at->second == second ? at->composed
                                                                                     : 0;
}

// Puts every run of combining marks in the order of their classes.
void order_marks(std::u32string& text) {
  auto run = text.begin();
  while (run != text.end()) {
    if (combining_class(*run) == 0) {
      ++run;
      continue;
    }
    const auto run_end =
        std::find_if(run, text.end(), [](char32_t c) { return combining_class(c) == 0; });
    std::stable_sort(run, run_end, [](char32_t a, char32_t b) {
      return combining_class(a) < combining_class(b);
    });
    run = run_end;
  }
}

// Composes in place: a mark joins the last starter unless one of its own class or higher stands
// between them.
void compose_marks(std::u32string& text) {
  constexpr std::size_t kNone = std::u32string::npos;
  std::size_t starter = kNone;
  std::size_t out = 0;
  int last_class = 0;
  for (const char32_t c : text) {
    const int own_class = combining_class(c);
    const bool adjacent = starter != kNone && starter + 1 == out;
    if (starter != kNone && (adjacent || last_class < own_class)) {
      if (const char32_t composed = compose(text[starter], c); composed != 0) {
        text[starter] = composed;
        continue;
      }
    }
    if (own_class == 0) starter = out;
    last_class = own_class;
    text[out++] = c;
  }
  text.resize(out);
}

bool is_surely_nfc(std::string_view text) {
  while (!text.empty()) {
    const auto decoded = decode_first(text);
    if (decoded.code_point >= 0x300 &&
        find_range<Range>(kNfcSuspects, decoded.code_point) != nullptr)
      return false;
    text.remove_prefix(static_cast<std::size_t>(decoded.num_bytes));
  }
  return true;
}

}  // namespace

bool is_letter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return find_range<Range>(kLetters, c) != nullptr;
}

bool is_number(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return find_range<Range>(kNumbers, c) != nullptr;
}

bool is_white_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return find_range<Range>(kWhiteSpace, c) != nullptr;
}

std::string to_nfc(std::string_view text) {
  if (is_surely_nfc(text)) return std::string(text);
  std::u32string code_points;
  code_points.reserve(text.size());
  while (!text.empty()) {
    const auto decoded = decode_first(text);
    append_decomposed(code_points, decoded.code_point);
    text.remove_prefix(static_cast<std::size_t>(decoded.num_bytes));
  }
  order_marks(code_points);
  compose_marks(code_points);
  std::string out;
  for (const char32_t c : code_points) append_utf8(out, c);
  return out;
}

}  // namespace hindsight::model
