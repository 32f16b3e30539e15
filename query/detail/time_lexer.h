// Words, numbers, amounts ("an hour and a half") and instants ("1:30", "minute 5") of an English
// question.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"

namespace hindsight::query::detail {

struct Word {
  enum class Kind { word, number, clock, mark };
  Kind kind = Kind::word;
  std::string text;       ///< lower case; dashes of every length are "-"
  std::size_t begin = 0;  ///< bytes in the question
  std::size_t end = 0;
  bool glued = false;  ///< no space before it
};

using Words = std::span<const Word>;

/// Splits a question; bytes outside ASCII belong to words, except dashes.
[[nodiscard]] std::vector<Word> split_words(std::string_view question);

/// True when word `i` exists and is `text`.
[[nodiscard]] bool is(Words words, std::size_t i, std::string_view text);
/// True when `word` is one of the space-separated `choices`.
[[nodiscard]] bool is_one_of(std::string_view word, std::string_view choices);
/// True when word `i` exists and is one of the space-separated `choices`.
[[nodiscard]] bool is_any(Words words, std::size_t i, std::string_view choices);

/// One second, minute or hour for a unit's name; `m` counts only when glued to its number (it also
/// means metres).
[[nodiscard]] std::optional<MediaDuration> unit_of(const Word& word);

struct Number {
  double value = 0;
  std::size_t next = 0;  ///< the word after it
};
/// "12", "12.5", "forty-five", "one hundred and twenty".
[[nodiscard]] std::optional<Number> read_number(Words words, std::size_t i);

/// first = 1 ... twelfth = 12, "5th" = 5.
[[nodiscard]] std::optional<Number> read_ordinal(Words words, std::size_t i);

/// A length of time as written.
struct Amount {
  MediaDuration length{};
  MediaDuration unit{};  ///< the finest unit that was named
  bool singular =
      false;  ///< "minute", not "minutes" or "min": may be an adjective ("a five minute walk")
  std::size_t next = 0;
};
/// "90 seconds", "1h30m", "half an hour", "a minute and a half", "two and a half minutes", "a
/// couple of minutes" (2), "a few minutes" (5).
[[nodiscard]] std::optional<Amount> read_amount(Words words, std::size_t i);
/// The rest of an amount whose quantity is known: "[first] minute and a half".
[[nodiscard]] std::optional<Amount> read_units(Words words, std::size_t i, double quantity);

/// A position as written, before the video's length decides what A:B means.
struct Instant {
  MediaTime time{};
  std::optional<MediaTime> by_the_clock{};  ///< A:B as hours and minutes
  MediaDuration unit{};
  bool is_clock = false;
  bool singular = false;
  std::size_t next = 0;
};
/// "0:15", "1:02:03.5", "90 seconds", "minute 5".
[[nodiscard]] std::optional<Instant> read_instant(Words words, std::size_t i);

}  // namespace hindsight::query::detail
