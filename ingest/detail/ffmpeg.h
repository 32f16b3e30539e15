// Ownership, errors and version differences of FFmpeg 5.1 to 7: the one place that asks which
// version this is.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
}

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace hindsight::ingest::detail {

/// For `void free(T**)`.
template <auto Free>
struct DeleteRef {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(&p);
  }
};

/// For `void free(T*)`.
template <auto Free>
struct Delete {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};

using FormatPtr = std::unique_ptr<AVFormatContext, DeleteRef<avformat_close_input>>;
using CodecPtr = std::unique_ptr<AVCodecContext, DeleteRef<avcodec_free_context>>;
using FramePtr = std::unique_ptr<AVFrame, DeleteRef<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, DeleteRef<av_packet_free>>;
/// Borrows a packet and empties it at the end of the scope, so the allocation can be reused.
using PacketContents = std::unique_ptr<AVPacket, Delete<av_packet_unref>>;

/// Both throw std::bad_alloc instead of returning null.
[[nodiscard]] FramePtr make_frame();
[[nodiscard]] PacketPtr make_packet();
/// Another reference to the same pixels.
[[nodiscard]] FramePtr share(const AVFrame& frame);

/// FFmpeg's words for an error code.
[[nodiscard]] std::string error_text(int code);

/// Returns `code` if it is not an error.  Throws Error(internal) naming the call and the reason:
/// for calls that bad input cannot make fail.
int check(int code, std::string_view call);

/// For before the first call.  FFmpeg writes to stderr by default; here nothing below app/ does:
/// what it would say reaches the user as counts and as the text of errors.  No single block that it
/// asks for is larger than a gigabyte, whatever a file claims.
void prepare_ffmpeg();

/// A field that a file fills, or `otherwise` where it holds no number below `end`: to look at such
/// a number as one of the enumeration is undefined.
template <class Enum>
[[nodiscard]] Enum enumerator_of(const Enum& field, Enum end, Enum otherwise) {
  static_assert(sizeof(Enum) == sizeof(unsigned));
  unsigned number = 0;
  std::memcpy(&number, &field, sizeof(number));
  return number < static_cast<unsigned>(end) ? static_cast<Enum>(number) : otherwise;
}

/// A rational is known when neither part is zero.
[[nodiscard]] inline bool known(AVRational r) { return r.num > 0 && r.den > 0; }

inline constexpr AVRational kNanoseconds{1, 1'000'000'000};

[[nodiscard]] inline bool is_key(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame.flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return frame.key_frame != 0;
#endif
}

[[nodiscard]] inline bool is_interlaced(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame.interlaced_frame != 0;
#endif
}

/// In ticks of the stream; 0 when unknown.
[[nodiscard]] inline std::int64_t duration_of(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame.duration;
#else
  return frame.pkt_duration;
#endif
}

/// The display matrix (nine int32) of a stream; null when it has none.
[[nodiscard]] inline const std::int32_t* display_matrix(const AVStream& stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVPacketSideData* data = av_packet_side_data_get(stream.codecpar->coded_side_data,
                                                         stream.codecpar->nb_coded_side_data,
                                                         AV_PKT_DATA_DISPLAYMATRIX);
  const std::uint8_t* bytes = data != nullptr && data->size >= 36 ? data->data : nullptr;
#else
  std::size_t size = 0;
  const std::uint8_t* bytes = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (size < 36) bytes = nullptr;
#endif
  return reinterpret_cast<const std::int32_t*>(bytes);
}

/// Gives `to`, whose codec parameters are a copy of those of `from`, its display matrix too.
inline void copy_display_matrix(AVStream& to, const AVStream& from) {
#if LIBAVCODEC_VERSION_INT < AV_VERSION_INT(60, 31, 102)
  const std::int32_t* matrix = display_matrix(from);
  if (matrix == nullptr) return;
  std::uint8_t* copy = av_stream_new_side_data(&to, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(*matrix));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, matrix, 9 * sizeof(*matrix));
#else
  // It is one of the codec parameters.
  (void)to;
  (void)from;
#endif
}

}  // namespace hindsight::ingest::detail
