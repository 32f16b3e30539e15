// One timeline for a stream that may break, begin again and count anew.  No I/O and no clock of its
// own: arrival times are given.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hindsight::ingest::detail {

/// Puts packets, as their decoding times come, on a timeline of nanoseconds that begins at 0 with
/// the first one.
///
/// Within a connection the stream's own clock is believed, steps forward of up to an hour included:
/// they are gaps.  A step back of more than a second, or one further forward, is a clock that was
/// set: the packet follows the one before it, at the distance at which it arrived.  So does the
/// first packet of a new connection.
class LiveClock {
 public:
  using Arrival = std::chrono::steady_clock::time_point;

  /// From here on packets come from a new connection.  `replay`: it may repeat so much of what was
  /// there, in the clock of the connection before (playlists do); 0: its clock says nothing.
  void reconnect(std::chrono::nanoseconds replay);

  /// What to add to the times of the next packet, in nanoseconds.  `time_ns`: when it is decoded,
  /// by the stream's clock; empty when that is not known.  `duration_ns`: of a usual picture.
  /// Empty when the packet was there before.
  [[nodiscard]] std::optional<std::int64_t> shift(std::optional<std::int64_t> time_ns,
                                                  std::int64_t duration_ns,
                                                  Arrival arrived);

  /// Of the packet before, on the timeline.
  [[nodiscard]] std::int64_t last_ns() const { return last_raw_ + shift_; }
  /// How often the stream's clock was set.
  [[nodiscard]] int num_jumps() const { return num_jumps_; }

 private:
  /// Puts the packet at `raw` so far behind the one before.
  void follow(std::int64_t raw, std::int64_t distance_ns);

  bool any_ = false;
  /// Set: the next packet is the first of its connection.
  std::optional<std::chrono::nanoseconds> replay_;
  std::int64_t shift_ = 0;
  std::int64_t last_raw_ = 0;
  Arrival last_arrival_{};
  int num_jumps_ = 0;
};

}  // namespace hindsight::ingest::detail
