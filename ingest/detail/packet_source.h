// Where the packets of one video stream come from: an open container, or a table of their places.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/packet_table.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest::detail {

/// Not thread-safe.
class PacketSource {
 public:
  virtual ~PacketSource() = default;

  /// Valid until rewind().
  [[nodiscard]] virtual const AVStream& stream() const = 0;
  [[nodiscard]] virtual const std::string& path() const = 0;

  /// The next packet, perhaps of another stream.  Returns 0 or FFmpeg's error: AVERROR_EOF at the
  /// end, AVERROR_EXIT for input that stalls.
  [[nodiscard]] virtual int read(AVPacket& packet) = 0;
  /// To the last key frame at or before `ts` that is known.  False when there is none.
  [[nodiscard]] virtual bool seek(std::int64_t ts) = 0;
  /// Passes packets that are no key frames, as far as that saves reading them.
  virtual void skip_to_key_frame() {}
  /// To the first packet, whatever seeking does.
  virtual void rewind() = 0;

  /// Time of the last key frame at or before `ts` that is known.
  [[nodiscard]] virtual std::optional<std::int64_t> key_frame_before(std::int64_t ts) const = 0;
  /// False when there may be key frames before `ts` that key_frame_before() does not know yet.
  [[nodiscard]] virtual bool knows_key_frames_until(std::int64_t ts) const = 0;
};

/// Through FFmpeg's demuxer.  Throws Error(unreadable_input) for what cannot be opened and when
/// there is no video stream `options.stream`.
[[nodiscard]] std::unique_ptr<PacketSource> open_container(const std::string& path,
                                                           const ReaderOptions& options);

/// Straight from the file whose packets `table` tells.  Throws Error(unreadable_input) when the
/// file is gone or may not be read.
[[nodiscard]] std::unique_ptr<PacketSource> open_table(const std::string& path,
                                                       std::shared_ptr<const PacketTable> table,
                                                       const ReaderOptions& options);

}  // namespace hindsight::ingest::detail
