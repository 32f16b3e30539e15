// Media time: positions and stretches on one video's own timeline, as integers.
// Zero is the first frame of the video stream; a stored or public value is never a float.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hindsight {

using MediaDuration = std::chrono::nanoseconds;

/// A position on one video's timeline.  Not a wall-clock time: see std::chrono for timeouts.
struct MediaTime {
  MediaDuration since_start{0};
  friend constexpr auto operator<=>(MediaTime, MediaTime) = default;
  friend constexpr MediaTime operator+(MediaTime t, MediaDuration d) { return {t.since_start + d}; }
  friend constexpr MediaTime operator-(MediaTime t, MediaDuration d) { return {t.since_start - d}; }
  friend constexpr MediaDuration operator-(MediaTime a, MediaTime b) {
    return a.since_start - b.since_start;
  }
  /// Nanoseconds since the first frame: the form in which times are stored.
  [[nodiscard]] constexpr std::int64_t ns() const { return since_start.count(); }
  static constexpr MediaTime from_ns(std::int64_t ns) { return {MediaDuration{ns}}; }
};

/// Half-open interval [begin, end).
struct TimeSpan {
  MediaTime begin{};
  MediaTime end{};
  friend constexpr auto operator<=>(const TimeSpan&, const TimeSpan&) = default;
  [[nodiscard]] constexpr MediaDuration length() const { return end - begin; }
  [[nodiscard]] constexpr bool empty() const { return end <= begin; }
  [[nodiscard]] constexpr bool contains(MediaTime t) const { return begin <= t && t < end; }
  [[nodiscard]] constexpr bool overlaps(const TimeSpan& other) const {
    return begin < other.end && other.begin < end;
  }
};

/// The part of `a` that lies in `b`; empty spans keep begin == end.
[[nodiscard]] TimeSpan intersect(const TimeSpan& a, const TimeSpan& b);

/// For JSON, prompts and printing only.
[[nodiscard]] constexpr double to_seconds(MediaDuration d) {
  return static_cast<double>(d.count()) / 1e9;
}
[[nodiscard]] constexpr double to_seconds(MediaTime t) { return to_seconds(t.since_start); }

/// The nearest nanosecond.  Throws Error(usage) when `seconds` is not finite or beyond 290 years.
[[nodiscard]] MediaDuration from_seconds(double seconds);

/// "01:02:03.045": the one textual form of a media time.  Rounds to the nearest millisecond.
[[nodiscard]] std::string to_clock(MediaTime t);

/// Seconds with microsecond digits, "3723.045000": the form of times in JSON and CSV.
[[nodiscard]] std::string to_decimal_seconds(MediaTime t);

/// Reads "12.5", "12.5s", "MM:SS[.mmm]" and "HH:MM:SS[.mmm]".  Empty when the text is none of these.
[[nodiscard]] std::optional<MediaTime> parse_time(std::string_view text);

}  // namespace hindsight
