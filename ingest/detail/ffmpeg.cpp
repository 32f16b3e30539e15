#include "ingest/detail/ffmpeg.h"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include <array>
#include <cstddef>
#include <new>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::ingest::detail {
namespace {

/// The largest picture within the limits has half of it in its deepest format; 24 hours of an MP4
/// at 60 pictures a second have an index of a sixth.
constexpr std::size_t kMostBytesAtOnce = std::size_t{1} << 30;

template <class Pointer>
Pointer or_bad_alloc(Pointer pointer) {
  if (!pointer) throw std::bad_alloc();
  return pointer;
}

}  // namespace

FramePtr make_frame() { return or_bad_alloc(FramePtr(av_frame_alloc())); }
PacketPtr make_packet() { return or_bad_alloc(PacketPtr(av_packet_alloc())); }
FramePtr share(const AVFrame& frame) { return or_bad_alloc(FramePtr(av_frame_clone(&frame))); }

std::string error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

int check(int code, std::string_view call) {
  if (code < 0) {
    throw Error(ErrorCode::internal, fmt::format("FFmpeg's {} failed: {}", call, error_text(code)));
  }
  return code;
}

void prepare_ffmpeg() {
  av_log_set_level(AV_LOG_QUIET);
  av_max_alloc(kMostBytesAtOnce);
}

}  // namespace hindsight::ingest::detail
