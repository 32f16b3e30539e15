#include "ingest/jpeg.h"

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/pixels.h"
#include "ingest/detail/still_encoder.h"

namespace hindsight::ingest {
namespace {

/// MJPEG's quantiser scale: 2 (best) to 31.
int quantiser(int quality) { return 2 + (100 - quality) * 29 / 99; }

}  // namespace

std::string encode_jpeg(ImageView picture, int quality) {
  if (quality < 1 || quality > 100) {
    throw Error(ErrorCode::usage, fmt::format("JPEG quality {} is not between 1 and 100", quality));
  }
  const auto frame = detail::to_jpeg_planes(picture);
  frame->quality = FF_QP2LAMBDA * quantiser(quality);
  return detail::encode_still(*frame, AV_CODEC_ID_MJPEG, [&](AVCodecContext& encoder) {
    encoder.color_range = AVCOL_RANGE_JPEG;
    encoder.flags |= AV_CODEC_FLAG_QSCALE;
    encoder.global_quality = frame->quality;
  });
}

}  // namespace hindsight::ingest
