#include "ingest/png.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/still_encoder.h"

namespace hindsight::ingest {
namespace {

// What FFmpeg takes for the side of a picture, whatever its other side.
constexpr int kLongestSide = 32767;

}  // namespace

std::string encode_png(ImageView picture) {
  if (std::min(picture.width, picture.height) < 1 ||
      std::max(picture.width, picture.height) > kLongestSide) {
    throw Error(ErrorCode::usage,
                fmt::format("a PNG of {}x{} cannot be written; its sides must be from 1 to {}",
                            picture.width,
                            picture.height,
                            kLongestSide));
  }
  const auto frame = detail::make_frame();
  frame->format = picture.channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
  frame->width = picture.width;
  frame->height = picture.height;
  detail::check(av_frame_get_buffer(frame.get(), 0), "av_frame_get_buffer");
  for (int y = 0; y < picture.height; ++y) {
    std::copy_n(picture.row(y),
                std::ptrdiff_t{picture.width} * picture.channels,
                frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0]);
  }
  return detail::encode_still(*frame, AV_CODEC_ID_PNG);
}

}  // namespace hindsight::ingest
