// How a live source is read, and what was met.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "ingest/limits.h"

namespace hindsight::ingest {

struct LiveOptions {
  /// Number of the stream in its source, as ffprobe counts.  -1: the best video stream.
  int stream = -1;
  /// Decoder threads.  Each one more delays decisions by a picture.
  int threads = 2;
  /// A source that is silent for so long is taken for broken.
  std::chrono::milliseconds stall{std::chrono::seconds{10}};
  /// How long a broken connection is tried again; 0: not at all.
  std::chrono::milliseconds patience{std::chrono::minutes{2}};
  /// Before the first attempt; doubled before each further one, up to 16 times.
  std::chrono::milliseconds first_pause{500};
  /// Packets that are kept for the pairs not yet decided, at most.
  std::size_t max_bytes = std::size_t{64} << 20;
  /// What may be claimed; of these, pixels and streams: it may have no end.
  InputLimits limits{};
};

struct LiveStats {
  std::int64_t packets = 0;          ///< of the video stream
  std::int64_t packets_dropped = 0;  ///< because max_bytes did not hold them
  std::int64_t frames_decoded = 0;   ///< for looking and for the chosen pairs
  std::int64_t errors = 0;           ///< packets or frames that could not be decoded
  int connections = 0;               ///< that gave pictures
  int clock_jumps = 0;               ///< of the source's own clock
  int stream_changes = 0;            ///< another codec or another stream in one connection
  std::size_t kept_parts = 0;  ///< LiveFrame::part
  std::size_t kept_packets = 0;
  std::size_t kept_bytes = 0;
  std::size_t most_kept_packets = 0;
  std::size_t most_kept_bytes = 0;
};

}  // namespace hindsight::ingest
