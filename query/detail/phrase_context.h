// What every form of time expression asks: does the expression end here, what position is meant, is
// it in the video.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/detail/time_phrases.h"

namespace hindsight::query::detail {

/// The words of a question and the video it is about.  Immutable; borrows both.
class PhraseContext {
 public:
  PhraseContext(Words words, MediaTime end, std::string_view name)
      : words_(words), end_(end), name_(name) {}

 protected:
  /// Throws Error(usage) when the span is empty.
  FoundPhrase phrase(std::size_t first,
                     std::size_t next,
                     TimeSpan span,
                     bool is_bound = false) const;

  /// How exact a moment given in this unit is meant.
  static MediaDuration tolerance(MediaDuration unit);
  /// The beginning of part `index` of `parts`; the end for index == parts.
  MediaTime portion(int index, int parts) const;
  TimeSpan around(MediaTime t, MediaDuration half) const;

  /// True when A:B is meant as hours and minutes.
  bool clock_fits(const Instant& instant) const;
  /// Throw Error(usage) when the position is not in the video.
  MediaTime resolve(const Instant& instant) const;
  MediaTime resolve(const Instant& instant, bool by_the_clock) const;
  void check_inside(MediaTime t) const;
  [[noreturn]] void refuse_outside(const std::string& what) const;
  /// "at 10 am", "after 10:30 p.m.".
  void refuse_time_of_day(std::size_t i) const;

  /// Past "in the", "during its", "the".
  std::size_t skip_introduction(std::size_t i) const;
  /// Past "of the video"; `i` where there is no "of"; empty where it is of something else ("the
  /// first half of the pie").
  std::optional<std::size_t> skip_of(std::size_t i) const;
  /// A mark, a function word or nothing follows: what came before is no adjective.
  bool ends_clause(std::size_t i) const;
  /// The instant is a noun of its own: not "5 minutes after he left", "a second car", "ten seconds
  /// of silence".
  bool stands_alone(const Instant& instant) const;
  bool asks_what_happens() const;

  std::string words_text(std::size_t first, std::size_t next) const;

  Words words_;
  MediaTime end_;
  std::string_view name_;
};

}  // namespace hindsight::query::detail
