// One video stream of a container, packet by packet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/media_file.h"
#include "ingest/detail/packet_source.h"
#include "ingest/limits.h"

namespace hindsight::ingest::detail {

/// The video stream that `wanted` (an index, or -1 for the best one) names.  Cover pictures do not
/// count. Throws Error(unreadable_input) when there is none, or when its clock cannot be true.
[[nodiscard]] AVStream& select_video(const MediaFile& file, int wanted);

/// Ticks.  The date in nanoseconds, which some cameras write, is below it until 2043.
inline constexpr std::int64_t kLatest = std::int64_t{1} << 61;
[[nodiscard]] constexpr bool is_possible(std::int64_t ticks) {
  return ticks >= -kLatest && ticks <= kLatest;
}

/// `length` in ticks of the stream: at least 1, and far from the largest number.
[[nodiscard]] std::int64_t ticks_of(MediaDuration length, const AVStream& stream);

/// Ticks that a picture lasts by the stream's frame rate (25 a second when that is unknown too); at
/// least 1, at most a minute.
[[nodiscard]] std::int64_t usual_duration(const AVStream& stream);

/// Packets of one video stream, errors skipped and counted.
class Demuxer {
 public:
  Demuxer(std::unique_ptr<PacketSource> source, const InputLimits& limits)
      : source_(std::move(source)), longest_(ticks_of(limits.max_length, source_->stream())) {}

  [[nodiscard]] const AVStream& stream() const { return source_->stream(); }
  [[nodiscard]] const std::string& path() const { return source_->path(); }

  /// The next packet of the stream that holds data; false at the end, or where so much is damaged
  /// that nothing more can be expected.  Times that no recording has are left out, so that sums and
  /// differences of some of them fit into 64 bits.
  [[nodiscard]] bool read(AVPacket& packet);
  /// These are the source's.
  [[nodiscard]] bool seek(std::int64_t ts) { return source_->seek(ts); }
  void skip_to_key_frame() { source_->skip_to_key_frame(); }
  void rewind();
  [[nodiscard]] std::optional<std::int64_t> key_frame_before(std::int64_t ts) const {
    return source_->key_frame_before(ts);
  }
  [[nodiscard]] bool knows_key_frames_until(std::int64_t ts) const {
    return source_->knows_key_frames_until(ts);
  }

  /// Counts damage met at the packet that was read last, unless that packet was passed before:
  /// going back to a damaged place does not damage it again.
  void note_error() { errors_ += at_frontier_ ? 1 : 0; }
  [[nodiscard]] std::int64_t errors() const { return errors_; }

 private:
  void note_position(const AVPacket& packet);
  void clean_times(AVPacket& packet) const;

  std::unique_ptr<PacketSource> source_;
  std::int64_t longest_;  // in ticks
  std::int64_t errors_ = 0;
  std::int64_t num_read_ = 0;  // since the first packet
  std::int64_t frontier_ = INT64_MIN;
  bool at_frontier_ = true;
};

}  // namespace hindsight::ingest::detail
