#include "ingest/jpeg.h"

#include <new>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/pixels.h"

namespace hindsight::ingest {
namespace {

using detail::check;

/// MJPEG's quantiser scale: 2 (best) to 31.
int quantiser(int quality) { return 2 + (100 - quality) * 29 / 99; }

detail::CodecPtr make_encoder(const AVFrame& frame, int quality) {
  const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (encoder == nullptr) check(AVERROR_ENCODER_NOT_FOUND, "avcodec_find_encoder");
  detail::CodecPtr codec(avcodec_alloc_context3(encoder));
  if (!codec) throw std::bad_alloc();
  codec->width = frame.width;
  codec->height = frame.height;
  codec->pix_fmt = static_cast<AVPixelFormat>(frame.format);
  codec->color_range = AVCOL_RANGE_JPEG;
  codec->time_base = {1, 1};
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_QSCALE;
  codec->global_quality = FF_QP2LAMBDA * quantiser(quality);
  check(avcodec_open2(codec.get(), encoder, nullptr), "avcodec_open2");
  return codec;
}

}  // namespace

std::string encode_jpeg(ImageView picture, int quality) {
  if (quality < 1 || quality > 100) {
    throw Error(ErrorCode::usage, fmt::format("JPEG quality {} is not between 1 and 100", quality));
  }
  detail::silence_ffmpeg();
  const auto frame = detail::to_jpeg_planes(picture);
  frame->quality = FF_QP2LAMBDA * quantiser(quality);
  const auto codec = make_encoder(*frame, quality);
  check(avcodec_send_frame(codec.get(), frame.get()), "avcodec_send_frame");
  check(avcodec_send_frame(codec.get(), nullptr), "avcodec_send_frame");
  const auto packet = detail::make_packet();
  check(avcodec_receive_packet(codec.get(), packet.get()), "avcodec_receive_packet");
  return {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
}

}  // namespace hindsight::ingest
