#include "ingest/video_writer.h"

#include <fmt/format.h>

extern "C" {
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include "core/error.h"
#include "ingest/detail/ffmpeg.h"

namespace hindsight::ingest {
namespace {

using detail::check;

struct CloseOutput {
  void operator()(AVFormatContext* context) const noexcept {
    if (context->pb != nullptr) avio_closep(&context->pb);
    avformat_free_context(context);
  }
};

const AVCodec* find_encoder(const std::string& codec) {
  const char* name = codec == "h264"    ? "libx264"
                     : codec == "hevc"  ? "libx265"
                     : codec == "mpeg4" ? "mpeg4"
                                        : nullptr;
  const AVCodec* found = name != nullptr ? avcodec_find_encoder_by_name(name) : nullptr;
  if (found == nullptr)
    throw Error(ErrorCode::usage,
                fmt::format("cannot encode '{}'; choose h264, hevc or mpeg4", codec));
  return found;
}

void validate(const VideoWriterOptions& o) {
  if (o.width < 16 || o.height < 16 || o.width % 2 != 0 || o.height % 2 != 0 || o.width > 8192 ||
      o.height > 8192)
    throw Error(
        ErrorCode::usage,
        fmt::format("a video of {}x{} cannot be written; both sides must be even, from 16 to 8192",
                    o.width,
                    o.height));
  if (o.rate < 1 || o.rate_divisor < 1)
    throw Error(
        ErrorCode::usage,
        fmt::format("{}/{} is no frame rate; give positive numbers", o.rate, o.rate_divisor));
  if (o.crf < 0 || o.crf > 51 || o.gop < 1)
    throw Error(
        ErrorCode::usage,
        fmt::format(
            "crf {} or gop {} is out of range; crf is 0 to 51, gop at least 1", o.crf, o.gop));
}

}  // namespace

struct VideoWriter::State {
  std::string path;
  std::unique_ptr<AVFormatContext, CloseOutput> output;
  detail::CodecPtr encoder;
  std::unique_ptr<SwsContext, detail::Delete<sws_freeContext>> scaler;
  detail::FramePtr frame = detail::make_frame();
  detail::PacketPtr packet = detail::make_packet();
  AVStream* stream = nullptr;
  std::int64_t next_pts = 0;

  int check_write(int code) const {
    if (code < 0)
      throw Error(ErrorCode::store,
                  fmt::format("cannot write '{}': {}", path, detail::error_text(code)));
    return code;
  }

  void open_encoder(const VideoWriterOptions& o) {
    const AVCodec* codec = find_encoder(o.codec);
    encoder.reset(avcodec_alloc_context3(codec));
    encoder->width = o.width;
    encoder->height = o.height;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = {o.rate_divisor, o.rate};
    encoder->framerate = {o.rate, o.rate_divisor};
    encoder->gop_size = o.gop;
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_BITEXACT;
    if ((output->oformat->flags & AVFMT_GLOBALHEADER) != 0)
      encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (o.codec == "mpeg4") {
      encoder->flags |= AV_CODEC_FLAG_QSCALE;
      encoder->global_quality = FF_QP2LAMBDA * 5;
    } else {
      av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
      av_opt_set(encoder->priv_data, "crf", fmt::format("{}", o.crf).c_str(), 0);
      // With its macroblock tree x264 0.164 gives other bytes the second time in one process.
      if (o.codec == "h264") av_opt_set(encoder->priv_data, "mbtree", "0", 0);
      if (o.codec == "hevc")
        av_opt_set(
            encoder->priv_data, "x265-params", "log-level=none:pools=none:frame-threads=1", 0);
    }
    check(avcodec_open2(encoder.get(), codec, nullptr), "open encoder");
  }

  void drain() {
    for (;;) {
      const int code = avcodec_receive_packet(encoder.get(), packet.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
      check(code, "encode");
      const detail::PacketContents contents(packet.get());
      av_packet_rescale_ts(packet.get(), encoder->time_base, stream->time_base);
      packet->stream_index = 0;
      check_write(av_interleaved_write_frame(output.get(), packet.get()));
    }
  }
};

VideoWriter::VideoWriter(const std::string& path, const VideoWriterOptions& options)
    : state_(std::make_unique<State>()) {
  validate(options);
  detail::silence_ffmpeg();
  auto& s = *state_;
  s.path = path;
  AVFormatContext* raw = nullptr;
  if (avformat_alloc_output_context2(&raw, nullptr, nullptr, path.c_str()) < 0 || raw == nullptr)
    throw Error(ErrorCode::usage,
                fmt::format("no container is known for '{}'; name it .mp4, .mkv or .mov", path));
  s.output.reset(raw);
  s.output->flags |= AVFMT_FLAG_BITEXACT;
  s.open_encoder(options);
  s.stream = avformat_new_stream(s.output.get(), nullptr);
  s.stream->time_base = s.encoder->time_base;
  s.stream->avg_frame_rate = s.encoder->framerate;
  check(avcodec_parameters_from_context(s.stream->codecpar, s.encoder.get()), "copy parameters");
  s.check_write(avio_open(&s.output->pb, path.c_str(), AVIO_FLAG_WRITE));
  s.check_write(avformat_write_header(s.output.get(), nullptr));
  s.frame->format = AV_PIX_FMT_YUV420P;
  s.frame->width = options.width;
  s.frame->height = options.height;
  check(av_frame_get_buffer(s.frame.get(), 0), "allocate picture");
  s.scaler.reset(sws_getContext(options.width,
                                options.height,
                                AV_PIX_FMT_RGB24,
                                options.width,
                                options.height,
                                AV_PIX_FMT_YUV420P,
                                SWS_BILINEAR | SWS_ACCURATE_RND,
                                nullptr,
                                nullptr,
                                nullptr));
}

VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

void VideoWriter::write(ImageView picture) {
  auto& s = *state_;
  if (picture.width != s.encoder->width || picture.height != s.encoder->height ||
      picture.channels != 3)
    throw Error(ErrorCode::internal,
                fmt::format("a picture of {}x{}x{} does not fit the video '{}'",
                            picture.width,
                            picture.height,
                            picture.channels,
                            s.path));
  check(av_frame_make_writable(s.frame.get()), "reuse picture");
  const std::uint8_t* rows = picture.data;
  const int stride = static_cast<int>(picture.stride);
  sws_scale(s.scaler.get(), &rows, &stride, 0, picture.height, s.frame->data, s.frame->linesize);
  s.frame->pts = s.next_pts++;
  check(avcodec_send_frame(s.encoder.get(), s.frame.get()), "encode");
  s.drain();
}

void VideoWriter::finish() {
  auto& s = *state_;
  check(avcodec_send_frame(s.encoder.get(), nullptr), "finish encoding");
  s.drain();
  s.check_write(av_write_trailer(s.output.get()));
  s.check_write(avio_closep(&s.output->pb));
}

}  // namespace hindsight::ingest
