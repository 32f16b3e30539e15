#include "query/detail/time_lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

namespace hindsight::query::detail {
namespace {

using namespace std::chrono_literals;

constexpr double kMaxAmountSeconds = 1e9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// Length of a dash at `text[i]` (ASCII hyphen, en or em dash); 0 when there is none.
std::size_t dash_length(std::string_view text, std::size_t i) {
  if (text[i] == '-') return 1;
  const auto rest = text.substr(i);
  return rest.starts_with("\u2013") || rest.starts_with("\u2014") ? 3 : 0;
}

std::size_t skip_digits(std::string_view text, std::size_t i) {
  while (i < text.size() && is_digit(text[i])) ++i;
  return i;
}

/// End of "12", "12.5", "1:30", "1:02:03.5" at `i`; a full stop that ends a sentence is not part of
/// it.
std::pair<std::size_t, Word::Kind> scan_number(std::string_view text, std::size_t i) {
  auto kind = Word::Kind::number;
  i = skip_digits(text, i);
  for (int parts = 0; parts < 2; ++parts) {
    const bool two_digits =
        i + 2 < text.size() && text[i] == ':' && skip_digits(text, i + 1) == i + 3;
    if (!two_digits) break;
    kind = Word::Kind::clock;
    i += 3;
  }
  if (i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) i = skip_digits(text, i + 1);
  return {i, kind};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::array<std::string_view, 20> kSmallNumbers{
    "zero",     "one",     "two",     "three",     "four",     "five",    "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> kTens{
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::array<std::string_view, 13> kOrdinals{"",
                                                     "first",
                                                     "second",
                                                     "third",
                                                     "fourth",
                                                     "fifth",
                                                     "sixth",
                                                     "seventh",
                                                     "eighth",
                                                     "ninth",
                                                     "tenth",
                                                     "eleventh",
                                                     "twelfth"};

/// Position of `text` in `list`, which never contains it at 0 unless it is "zero".
template <std::size_t N>
std::optional<double> position(const std::array<std::string_view, N>& list, std::string_view text) {
  const auto found = std::find(list.begin(), list.end(), text);
  if (found == list.end() || text.empty()) return std::nullopt;
  return static_cast<double>(found - list.begin());
}

std::optional<Number> read_below_hundred(Words words, std::size_t i) {
  if (i >= words.size() || words[i].kind != Word::Kind::word) return std::nullopt;
  if (const auto small = position(kSmallNumbers, words[i].text)) return Number{*small, i + 1};
  const auto tens = position(kTens, words[i].text);
  if (!tens) return std::nullopt;
  const std::size_t after = is(words, i + 1, "-") ? i + 2 : i + 1;
  if (after < words.size()) {
    if (const auto unit = position(kSmallNumbers, words[after].text);
        unit && *unit >= 1 && *unit <= 9) {
      return Number{*tens * 10 + *unit, after + 1};
    }
  }
  return Number{*tens * 10, i + 1};
}

/// How many units, without the unit: "half an", "a", "two and a half", "a couple of".
std::optional<Number> read_quantity(Words words, std::size_t i) {
  const std::size_t first = i;
  if (is_any(words, i, "a an")) ++i;
  if (is(words, i, "half")) {
    ++i;
    if (is_any(words, i, "a an")) ++i;
    return Number{0.5, i};
  }
  if (is(words, i, "quarter")) {
    ++i;
    if (is(words, i, "of")) ++i;
    if (is_any(words, i, "a an")) ++i;
    return Number{0.25, i};
  }
  if (is(words, i, "couple")) return Number{2, is(words, i + 1, "of") ? i + 2 : i + 1};
  if (is(words, i, "few")) return Number{5, i + 1};
  if (i > first) return Number{1, i};
  auto number = read_number(words, i);
  if (!number) return std::nullopt;
  if (is(words, number->next, "and") && is(words, number->next + 1, "a") &&
      is(words, number->next + 2, "half")) {
    return Number{number->value + 0.5, number->next + 3};
  }
  if (is(words, number->next, "quarters") && is(words, number->next + 1, "of") &&
      is_any(words, number->next + 2, "a an")) {
    return Number{number->value / 4, number->next + 3};
  }
  return number;
}

std::optional<Amount> make_amount(double value,
                                  MediaDuration unit,
                                  const Word& word,
                                  std::size_t next) {
  const double seconds = value * to_seconds(unit);
  if (!(seconds <= kMaxAmountSeconds)) return std::nullopt;
  return Amount{.length = from_seconds(seconds),
                .unit = unit,
                .singular = word.text == "second" || word.text == "minute" || word.text == "hour",
                .next = next};
}

std::optional<Instant> read_clock(const Word& word, std::size_t next) {
  const auto time = parse_time(word.text);
  if (!time) return std::nullopt;
  Instant instant{.time = *time, .unit = 1s, .is_clock = true, .next = next};
  const auto colon = word.text.find(':');
  const auto minutes = decimal(word.text.substr(colon + 1));
  const auto hours = word.text.substr(0, colon);
  // "0:15" is how a player writes 15 seconds; the clock writes 00:15.
  if (minutes && *minutes < 60 && *minutes == std::floor(*minutes) &&
      word.text.find('.') == std::string::npos &&
      word.text.find(':', colon + 1) == std::string::npos && hours != "0") {
    instant.by_the_clock = parse_time(word.text + ":00");
  }
  return instant;
}

}  // namespace

std::vector<Word> split_words(std::string_view question) {
  std::vector<Word> words;
  std::size_t last_end = 0;
  for (std::size_t i = 0; i < question.size();) {
    if (std::string_view(" \t\r\n\v\f").find(question[i]) != std::string_view::npos) {
      ++i;
      continue;
    }
    Word word;
    word.begin = i;
    word.glued = !words.empty() && last_end == i;
    if (const std::size_t dash = dash_length(question, i)) {
      word.kind = Word::Kind::mark;
      word.text.assign(1, '-');
      i += dash;
    } else if (is_digit(question[i])) {
      std::tie(i, word.kind) = scan_number(question, i);
    } else if (is_letter(question[i])) {
      // A name such as "mp4" is one word; an apostrophe belongs to its word.
      while (i < question.size() &&
             (is_letter(question[i]) || is_digit(question[i]) || question[i] == '\'') &&
             dash_length(question, i) == 0) {
        // "1h30m": a unit letter glued to a number ends where the next number starts.
        if (is_digit(question[i]) && word.glued && words.back().kind == Word::Kind::number) break;
        ++i;
      }
    } else {
      word.kind = Word::Kind::mark;
      ++i;
    }
    word.end = last_end = i;
    if (word.text.empty()) word.text = lower(question.substr(word.begin, i - word.begin));
    words.push_back(std::move(word));
  }
  return words;
}

bool is(Words words, std::size_t i, std::string_view text) {
  return i < words.size() && words[i].text == text;
}

bool is_one_of(std::string_view word, std::string_view choices) {
  for (std::size_t begin = 0; begin < choices.size();) {
    const std::size_t end = std::min(choices.find(' ', begin), choices.size());
    if (choices.substr(begin, end - begin) == word) return true;
    begin = end + 1;
  }
  return false;
}

bool is_any(Words words, std::size_t i, std::string_view choices) {
  return i < words.size() && is_one_of(words[i].text, choices);
}

std::optional<MediaDuration> unit_of(const Word& word) {
  if (is_one_of(word.text, "s sec secs second seconds")) return 1s;
  if (is_one_of(word.text, "min mins minute minutes")) return 1min;
  if (is_one_of(word.text, "h hr hrs hour hours")) return 1h;
  if (word.text == "m" && word.glued) return 1min;
  return std::nullopt;
}

std::optional<Number> read_number(Words words, std::size_t i) {
  if (i >= words.size()) return std::nullopt;
  if (words[i].kind == Word::Kind::number) {
    const auto value = decimal(words[i].text);
    return value ? std::optional(Number{*value, i + 1}) : std::nullopt;
  }
  auto number = read_below_hundred(words, i);
  if (number && number->value >= 1 && is(words, number->next, "hundred")) {
    const std::size_t after = number->next + 1;
    const auto rest = read_below_hundred(words, is(words, after, "and") ? after + 1 : after);
    return rest ? Number{number->value * 100 + rest->value, rest->next}
                : Number{number->value * 100, after};
  }
  return number;
}

std::optional<Number> read_ordinal(Words words, std::size_t i) {
  if (i >= words.size()) return std::nullopt;
  if (const auto value = position(kOrdinals, words[i].text)) return Number{*value, i + 1};
  if (words[i].kind == Word::Kind::number && i + 1 < words.size() && words[i + 1].glued &&
      is_any(words, i + 1, "st nd rd th")) {
    if (const auto value = decimal(words[i].text); value && *value >= 1)
      return Number{*value, i + 2};
  }
  return std::nullopt;
}

std::optional<Amount> read_amount(Words words, std::size_t i) {
  const auto quantity = read_quantity(words, i);
  if (!quantity) return std::nullopt;
  return read_units(
      words, is(words, quantity->next, "-") ? quantity->next + 1 : quantity->next, quantity->value);
}

std::optional<Amount> read_units(Words words, std::size_t i, double quantity) {
  if (i >= words.size()) return std::nullopt;
  const auto unit = unit_of(words[i]);
  if (!unit) return std::nullopt;
  auto amount = make_amount(quantity, *unit, words[i], i + 1);
  if (!amount) return std::nullopt;
  if (is(words, i + 1, "and") && is(words, i + 2, "a") && is_any(words, i + 3, "half quarter")) {
    amount->length += *unit / (words[i + 3].text == "half" ? 2 : 4);
    amount->singular = false;
    amount->next = i + 4;
    return amount;
  }
  // "1 hour, 5 minutes and 3 seconds": each further part has a smaller unit.
  for (;;) {
    const std::size_t part = is_any(words, amount->next, ", and") ? amount->next + 1 : amount->next;
    const auto number = read_number(words, part);
    if (!number || number->next >= words.size()) return amount;
    const auto smaller = unit_of(words[number->next]);
    if (!smaller || *smaller >= amount->unit) return amount;
    auto more = make_amount(number->value, *smaller, words[number->next], number->next + 1);
    if (!more) return amount;
    more->length += amount->length;
    amount = more;
  }
}

std::optional<Instant> read_instant(Words words, std::size_t i) {
  if (i >= words.size()) return std::nullopt;
  if (words[i].kind == Word::Kind::clock) return read_clock(words[i], i + 1);
  if (is_any(words, i, "second seconds minute minutes hour hours")) {
    const auto number = read_number(words, i + 1);
    if (!number) return std::nullopt;
    const auto amount = make_amount(number->value, *unit_of(words[i]), words[i], number->next);
    if (!amount) return std::nullopt;
    return Instant{.time = {amount->length}, .unit = amount->unit, .next = amount->next};
  }
  const auto amount = read_amount(words, i);
  if (!amount) return std::nullopt;
  return Instant{.time = {amount->length},
                 .unit = amount->unit,
                 .singular = amount->singular,
                 .next = amount->next};
}

}  // namespace hindsight::query::detail
