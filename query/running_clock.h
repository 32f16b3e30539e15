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
  /// Twelve hours where nothing that was read needs 24.
  MediaDuration period{};
  int agreeing = 0;  ///< readings that it explains
  int readings = 0;  ///< that were times of day
  double error = 0;  ///< seconds by which `at_begin` may be off, as far as the readings tell

  [[nodiscard]] bool shows_at(const TimeOfDay& time, MediaTime at) const;
  /// Where it shows `time`, within `within`.
  [[nodiscard]] Intervals shows(const TimeOfDay& time, const TimeSpan& within) const;
  /// "20:59:50", what it shows at media time 0.
  [[nodiscard]] std::string text_at_begin() const;
};

/// The clock that more than half of the readings which are times of day agree with; empty where
/// there is none, or less than the two constants above ask for.
[[nodiscard]] std::optional<RunningClock> fit_clock(std::span<const ClockReading> readings);

}  // namespace hindsight::query
