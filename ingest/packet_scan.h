// The cheapest look at a video: every packet, nothing decoded.  Gives the video's identity and its
// packet profile.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/media_time.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest {

/// Packets of one stretch of media time, summed: 24 hours fit in a few megabytes.
struct ProfileBin {
  std::int64_t key_bytes = 0;
  std::int64_t other_bytes = 0;
  std::int32_t key_packets = 0;
  std::int32_t other_packets = 0;
};

namespace detail {
class PacketTable;
}

struct PacketScan {
  /// XXH3-128 over codec, geometry, extradata and, in file order, each packet's timestamp and bytes
  /// of the video stream: equal for the same stream under another file name; the identity of a
  /// video.
  std::string content_hash;
  StreamFacts facts;
  /// End of the last frame.
  MediaTime end;
  std::int64_t num_packets = 0;
  std::int64_t num_bytes = 0;
  std::int64_t packets_without_time = 0;  ///< or with one that cannot be true
  std::vector<MediaTime> key_frames;      ///< presentation times, ascending
  MediaDuration bin_length{std::chrono::seconds{1}};
  std::vector<ProfileBin> bins;  ///< bins[i] covers [i, i+1) * bin_length
  /// Where the packets lie, for VideoReader; null when the container is needed to read them.
  std::shared_ptr<const detail::PacketTable> table;
};

/// Reads `path` once from end to end without decoding.  Throws like VideoReader.
[[nodiscard]] PacketScan scan_packets(const std::string& path,
                                      const ReaderOptions& options = {},
                                      const Logger& logger = {});

/// One packet of a scan, without its bytes.
struct ScannedPacket {
  MediaTime time;  ///< of its picture
  std::int64_t bytes = 0;
  bool is_key = false;
};

/// The packets whose pictures begin in `span`, in the order of time, those that are never shown
/// left out.  Empty when the scan holds no table.
[[nodiscard]] std::vector<ScannedPacket> packets_in(const PacketScan& scan, const TimeSpan& span);

}  // namespace hindsight::ingest
