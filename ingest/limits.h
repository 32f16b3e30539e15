// What a file may claim.  A recording never comes near these; a damaged or hostile file may, and
// would otherwise take memory or time for what is not there.
#pragma once

#include <cstdint>

#include "core/media_time.h"

namespace hindsight::ingest {

/// The longest length that may be allowed, eleven years: sums of such times still fit into 64 bits
/// of nanoseconds.
inline constexpr MediaDuration kLongestLength = std::chrono::hours{100'000};

/// Each is at least 1.  Beyond them a file is refused with Error(unreadable_input), but for times:
/// those count as missing.
struct InputLimits {
  /// Pixels of one picture, as stored: 8192 x 8192.
  std::int64_t max_pixels = std::int64_t{1} << 26;
  /// Streams of one file, of all kinds.
  int max_streams = 256;
  /// Packets of the video stream: 24 hours of 1000 pictures a second are 86 million.
  std::int64_t max_packets = 100'000'000;
  /// A picture's time, from the first one on; the profile grows with it, 24 bytes a second.
  MediaDuration max_length{std::chrono::hours{1000}};
};

}  // namespace hindsight::ingest
