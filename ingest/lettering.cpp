#include "ingest/lettering.h"

#include <algorithm>
#include <new>
#include <string_view>

#include "core/error.h"
#include "ingest/detail/ffmpeg.h"

namespace hindsight::ingest {
namespace {

/// At most `columns` letters that the decoder shows and does not obey.
std::string plain(std::string_view line, int columns) {
  std::string text;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool goes_on = (byte & 0xc0U) == 0x80U;
    if (goes_on) continue;
    text += byte >= 0x20 && byte < 0x7f ? c : '?';
  }
  return text.substr(0, static_cast<std::size_t>(columns));
}

detail::CodecPtr open_decoder(int width, int height) {
  const AVCodec* decoder = avcodec_find_decoder(AV_CODEC_ID_ANSI);
  if (decoder == nullptr) detail::check(AVERROR_DECODER_NOT_FOUND, "avcodec_find_decoder");
  detail::CodecPtr context(avcodec_alloc_context3(decoder));
  if (!context) throw std::bad_alloc();
  context->width = width;
  context->height = height;
  context->thread_count = 1;
  detail::check(avcodec_open2(context.get(), decoder, nullptr), "avcodec_open2");
  return context;
}

/// `picture`: of colour numbers, of which 0 is the ground.
Image to_ink(const AVFrame& picture, int width, int height) {
  Image ink(width, height, 1);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* row = picture.data[0] + std::ptrdiff_t{y} * picture.linesize[0];
    std::transform(row, row + width, ink.row(y), [](std::uint8_t color) {
      return color == 0 ? std::uint8_t{0} : std::uint8_t{255};
    });
  }
  return ink;
}

}  // namespace

Image draw_letters(std::span<const std::string> lines, int columns) {
  if (lines.empty() || columns < 1) {
    throw Error(ErrorCode::usage, "a text without a line or a column cannot be drawn");
  }
  const int num_lines = static_cast<int>(lines.size());
  std::string text;
  for (const auto& line : lines) text += plain(line, columns) + "\r\n";
  detail::prepare_ffmpeg();
  // A column and a line more than needed: a full line does not wrap, the last one does not scroll.
  const auto decoder =
      open_decoder((columns + 1) * kLetterWidth, (num_lines + 1) * kLetterHeight);
  const auto packet = detail::make_packet();
  detail::check(av_new_packet(packet.get(), static_cast<int>(text.size())), "av_new_packet");
  std::copy(text.begin(), text.end(), packet->data);
  detail::check(avcodec_send_packet(decoder.get(), packet.get()), "avcodec_send_packet");
  const auto picture = detail::make_frame();
  detail::check(avcodec_receive_frame(decoder.get(), picture.get()), "avcodec_receive_frame");
  return to_ink(*picture, columns * kLetterWidth, num_lines * kLetterHeight);
}

}  // namespace hindsight::ingest
