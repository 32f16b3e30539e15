// What a container says of itself and of its streams.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/media_time.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest {

enum class StreamKind { video, audio, subtitle, other };

/// One stream as its header describes it; nothing is decoded.  Sizes are upright, empty text means
/// unknown.
struct StreamInfo {
  int index = -1;
  StreamKind kind = StreamKind::other;
  std::string codec;
  std::string profile;
  std::string language;
  Rational time_base;
  std::optional<std::int64_t> start_pts;
  std::optional<MediaDuration> duration;
  std::int64_t num_frames = 0;  ///< 0 when the header does not say
  std::int64_t bit_rate = 0;    ///< bits a second, 0 when unknown

  // Video.
  int width = 0;
  int height = 0;
  int display_width = 0;
  int display_height = 0;
  int rotation_degrees = 0;      ///< clockwise, applied to the sizes
  Rational sample_aspect_ratio;  ///< of the stored samples; 1/1 when unknown
  Rational average_frame_rate;   ///< 0/1 when unknown
  Rational nominal_frame_rate;   ///< 0/1 when unknown
  std::string pixel_format;
  std::string color_range;  ///< "tv" (limited) or "pc" (full)
  std::string color_matrix;
  std::string color_primaries;
  std::string color_transfer;
  std::string field_order;
  bool cover_picture = false;

  // Audio.
  int sample_rate = 0;
  int channels = 0;
};

struct MediaInfo {
  std::string format;
  std::optional<MediaDuration> start;
  std::optional<MediaDuration> duration;
  std::int64_t bit_rate = 0;
  std::int64_t num_bytes = 0;  ///< 0 when unknown
  int video_stream = -1;       ///< the one that VideoReader reads by default
  std::vector<StreamInfo> streams;
};

/// Throws Error(unreadable_input) like VideoReader, also for a file without a video stream.
[[nodiscard]] MediaInfo probe_media(const std::string& path, const InputLimits& limits = {});

}  // namespace hindsight::ingest
