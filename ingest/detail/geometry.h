// Sizes and orientation of a stream, derived once for the reader and for the probe.
#pragma once

#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/pixels.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest::detail {

[[nodiscard]] inline Rational to_rational(AVRational r) { return {r.num, r.den == 0 ? 1 : r.den}; }

/// Upright sizes.
struct Geometry {
  Orientation orientation;
  AVRational sample_aspect_ratio{1, 1};  ///< of the stored samples
  int width = 0;
  int height = 0;
  int display_width = 0;
  int display_height = 0;
};

/// `width`, `height`: of the stored samples.  The container's aspect ratio wins over the codec's,
/// which is `aspect`; one that no picture has counts as unknown.
[[nodiscard]] Geometry geometry_of(const AVStream& stream,
                                   int width,
                                   int height,
                                   AVRational aspect);

}  // namespace hindsight::ingest::detail
