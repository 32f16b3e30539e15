#include "ingest/detail/still_encoder.h"

#include <new>

namespace hindsight::ingest::detail {

std::string encode_still(const AVFrame& frame,
                         AVCodecID codec,
                         const std::function<void(AVCodecContext&)>& set_up) {
  prepare_ffmpeg();
  const AVCodec* encoder = avcodec_find_encoder(codec);
  if (encoder == nullptr) check(AVERROR_ENCODER_NOT_FOUND, "avcodec_find_encoder");
  const CodecPtr context(avcodec_alloc_context3(encoder));
  if (!context) throw std::bad_alloc();
  context->width = frame.width;
  context->height = frame.height;
  context->pix_fmt = static_cast<AVPixelFormat>(frame.format);
  context->time_base = {1, 1};
  context->thread_count = 1;
  if (set_up) set_up(*context);
  check(avcodec_open2(context.get(), encoder, nullptr), "avcodec_open2");
  check(avcodec_send_frame(context.get(), &frame), "avcodec_send_frame");
  check(avcodec_send_frame(context.get(), nullptr), "avcodec_send_frame");
  const auto packet = make_packet();
  check(avcodec_receive_packet(context.get(), packet.get()), "avcodec_receive_packet");
  return {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
}

}  // namespace hindsight::ingest::detail
