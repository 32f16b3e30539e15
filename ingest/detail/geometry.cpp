#include "ingest/detail/geometry.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <utility>

namespace hindsight::ingest::detail {

Geometry geometry_of(const AVStream& stream, int width, int height, AVRational aspect) {
  Geometry geometry;
  geometry.orientation = orientation_of(stream);
  if (known(aspect)) geometry.sample_aspect_ratio = aspect;
  if (known(stream.sample_aspect_ratio)) geometry.sample_aspect_ratio = stream.sample_aspect_ratio;
  const AVRational ratio = geometry.sample_aspect_ratio;
  geometry.width = width;
  geometry.height = height;
  geometry.display_width =
      static_cast<int>(std::max<std::int64_t>(1, av_rescale(width, ratio.num, ratio.den)));
  geometry.display_height = height;
  if (geometry.orientation.swaps_sides()) {
    std::swap(geometry.width, geometry.height);
    std::swap(geometry.display_width, geometry.display_height);
  }
  return geometry;
}

}  // namespace hindsight::ingest::detail
