// A clock that is seen in the picture runs with the video: what it shows at one time follows from
// all that was read off it, and a pair that was read wrongly is told from the others.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"
#include "query/operators.h"

namespace hindsight::query {

/// "9:05" and "21:09" for a minute, "21:09:30" for a second.
struct TimeOfDay {
  MediaDuration since_midnight{};
  MediaDuration length{};
  /// No dial of twelve hours shows it so: its hour is 0 or above 12.
  bool needs_day = false;
  bool has_zero = false;  ///< "08:45": a day of 24 hours is likelier than a half
};
/// Empty when the text is anything else.
[[nodiscard]] std::optional<TimeOfDay> read_time_of_day(std::string_view text);

/// What was read off the clock in one pair.
struct ClockReading {
  MediaTime first;  ///< of the pair's frames
  MediaTime second;
  std::string text;
};

/// Not before so many readings, of so many different times, agree.
inline constexpr int kLeastClockReadings = 6;
inline constexpr int kLeastClockTimes = 3;

struct RunningClock {
  MediaDuration at_begin{};  ///< since midnight, at media time 0
  /// A day or, where the readings fit a dial of twelve hours better, half of one.
  MediaDuration period{};
  /// It may have begun so much earlier or later, as far as the readings tell.
  MediaDuration error{};
  MediaDuration finest{};  ///< what a reading that agrees tells: a minute or a second
  int agreeing = 0;        ///< readings that it explains
  int readings = 0;        ///< that were times of day

  /// Whether it shows the time then; empty where `error` leaves that open.
  [[nodiscard]] std::optional<bool> shows_at(const TimeOfDay& time, MediaTime at) const;
  /// Where it shows `time`, within `within`.
  [[nodiscard]] Intervals shows(const TimeOfDay& time, const TimeSpan& within) const;
  /// "20:59:50", what it shows at media time 0.
  [[nodiscard]] std::string text_at_begin() const;
};

/// The clock that more than half of the readings which are times of day agree with; empty where
/// there is none, less than the two constants above ask for, or where enough of the others, in a
/// stretch of their own, agree with another clock: the film has two recordings.
[[nodiscard]] std::optional<RunningClock> fit_clock(std::span<const ClockReading> readings);

}  // namespace hindsight::query
