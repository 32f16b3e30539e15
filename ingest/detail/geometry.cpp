#include "ingest/detail/geometry.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <utility>

namespace hindsight::ingest::detail {
namespace {

/// No lens and no tape has a sample that is more than this times as wide as high; what a picture is
/// scaled to follows from it.
constexpr int kMostUneven = 20;

bool is_possible_aspect(AVRational ratio) {
  return known(ratio) && ratio.num / kMostUneven <= ratio.den &&
         ratio.den / kMostUneven <= ratio.num;
}

}  // namespace

Geometry geometry_of(const AVStream& stream, int width, int height, AVRational aspect) {
  Geometry geometry;
  geometry.orientation = orientation_of(stream);
  if (is_possible_aspect(aspect)) geometry.sample_aspect_ratio = aspect;
  if (is_possible_aspect(stream.sample_aspect_ratio)) {
    geometry.sample_aspect_ratio = stream.sample_aspect_ratio;
  }
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
