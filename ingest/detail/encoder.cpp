#include "ingest/detail/encoder.h"

#include <fmt/format.h>

extern "C" {
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include "core/error.h"

namespace hindsight::ingest::detail {
namespace {

const AVCodec* find_encoder(const std::string& codec) {
  const char* name = codec == "h264"    ? "libx264"
                     : codec == "hevc"  ? "libx265"
                     : codec == "mpeg4" ? "mpeg4"
                     : codec == "vp9"   ? "libvpx-vp9"
                                        : nullptr;
  const AVCodec* found = name != nullptr ? avcodec_find_encoder_by_name(name) : nullptr;
  if (found == nullptr)
    throw Error(ErrorCode::usage,
                fmt::format("cannot encode '{}'; choose h264, hevc, mpeg4 or vp9", codec));
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

void set_quality(AVCodecContext& encoder, const VideoWriterOptions& o) {
  if (o.codec == "mpeg4") {
    encoder.flags |= AV_CODEC_FLAG_QSCALE;
    encoder.global_quality = FF_QP2LAMBDA * 5;
    return;
  }
  const auto set = [&](const char* name, const std::string& value) {
    check(av_opt_set(encoder.priv_data, name, value.c_str(), 0), "set encoder option");
  };
  set("crf", fmt::format("{}", o.crf));
  if (o.codec == "vp9") {
    encoder.bit_rate = 0;
    set("deadline", "realtime");
    set("cpu-used", "7");
    set("lag-in-frames", "0");
    return;
  }
  set("preset", "veryfast");
  // With its macroblock tree x264 0.164 gives other bytes the second time in one process.
  if (o.codec == "h264") set("mbtree", "0");
  if (o.codec == "hevc") set("x265-params", "log-level=none:pools=none:frame-threads=1:open-gop=0");
}

}  // namespace

PictureEncoder::PictureEncoder(const VideoWriterOptions& options, bool global_header)
    : scaler_(nullptr, sws_freeContext) {
  validate(options);
  prepare_ffmpeg();
  const AVCodec* codec = find_encoder(options.codec);
  encoder_.reset(avcodec_alloc_context3(codec));
  encoder_->width = options.width;
  encoder_->height = options.height;
  encoder_->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder_->time_base = {options.rate_divisor, options.rate};
  encoder_->framerate = {options.rate, options.rate_divisor};
  encoder_->gop_size = options.gop;
  encoder_->thread_count = 1;
  encoder_->flags |= AV_CODEC_FLAG_BITEXACT;
  if (global_header) encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  set_quality(*encoder_, options);
  check(avcodec_open2(encoder_.get(), codec, nullptr), "open encoder");
  frame_->format = AV_PIX_FMT_YUV420P;
  frame_->width = options.width;
  frame_->height = options.height;
  check(av_frame_get_buffer(frame_.get(), 0), "allocate picture");
  scaler_.reset(sws_getContext(options.width,
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

PictureEncoder::~PictureEncoder() = default;

void PictureEncoder::send(ImageView picture) {
  if (picture.width != encoder_->width || picture.height != encoder_->height ||
      picture.channels != 3)
    throw Error(ErrorCode::internal,
                fmt::format("a picture of {}x{}x{} does not fit a video of {}x{}",
                            picture.width,
                            picture.height,
                            picture.channels,
                            encoder_->width,
                            encoder_->height));
  check(av_frame_make_writable(frame_.get()), "reuse picture");
  const std::uint8_t* rows = picture.data;
  const int stride = static_cast<int>(picture.stride);
  sws_scale(scaler_.get(), &rows, &stride, 0, picture.height, frame_->data, frame_->linesize);
  frame_->pts = next_pts_++;
  check(avcodec_send_frame(encoder_.get(), frame_.get()), "encode");
}

void PictureEncoder::flush() {
  check(avcodec_send_frame(encoder_.get(), nullptr), "finish encoding");
}

AVPacket* PictureEncoder::receive() {
  const int code = avcodec_receive_packet(encoder_.get(), packet_.get());
  if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return nullptr;
  check(code, "encode");
  return packet_.get();
}

void OutputFile::CloseOutput::operator()(AVFormatContext* context) const noexcept {
  if (context->pb != nullptr) avio_closep(&context->pb);
  avformat_free_context(context);
}

OutputFile::OutputFile(const std::string& path) : path_(path) {
  prepare_ffmpeg();
  AVFormatContext* raw = nullptr;
  if (avformat_alloc_output_context2(&raw, nullptr, nullptr, path.c_str()) < 0 || raw == nullptr)
    throw Error(ErrorCode::usage,
                fmt::format("no container is known for '{}'; name it .mp4, .mkv or .mov", path));
  output_.reset(raw);
  output_->flags |= AVFMT_FLAG_BITEXACT;
}

OutputFile::~OutputFile() = default;

bool OutputFile::wants_global_header() const {
  return (output_->oformat->flags & AVFMT_GLOBALHEADER) != 0;
}

bool OutputFile::can_hold(const AVCodecParameters& codec) const {
  // A container that keeps no list of codecs says so in its own way, and may hold it.
  return avformat_query_codec(output_->oformat, codec.codec_id, FF_COMPLIANCE_NORMAL) != 0;
}

void OutputFile::add_copy(const AVStream& from) {
  AVStream* stream = avformat_new_stream(output_.get(), nullptr);
  if (stream == nullptr) throw std::bad_alloc();
  stream->time_base = from.time_base;
  stream->avg_frame_rate = from.avg_frame_rate;
  stream->sample_aspect_ratio = from.sample_aspect_ratio;
  check(avcodec_parameters_copy(stream->codecpar, from.codecpar), "copy parameters");
  // Each container has its own tags.
  stream->codecpar->codec_tag = 0;
  copy_display_matrix(*stream, from);
}

void OutputFile::start(const AVCodecContext& encoder) {
  AVStream* stream = avformat_new_stream(output_.get(), nullptr);
  stream->time_base = encoder.time_base;
  stream->avg_frame_rate = encoder.framerate;
  check(avcodec_parameters_from_context(stream->codecpar, &encoder), "copy parameters");
  open();
}

void OutputFile::open() {
  check_write(avio_open(&output_->pb, path_.c_str(), AVIO_FLAG_WRITE));
  check_write(avformat_write_header(output_.get(), nullptr));
}

void OutputFile::write(AVPacket& packet, AVRational time_base, int stream) {
  const PacketContents contents(&packet);
  av_packet_rescale_ts(&packet, time_base, output_->streams[stream]->time_base);
  packet.stream_index = stream;
  packet.pos = -1;
  check_write(av_interleaved_write_frame(output_.get(), &packet));
}

void OutputFile::finish() {
  check_write(av_write_trailer(output_.get()));
  check_write(avio_closep(&output_->pb));
}

int OutputFile::check_write(int code) const {
  if (code < 0)
    throw Error(ErrorCode::store, fmt::format("cannot write '{}': {}", path_, error_text(code)));
  return code;
}

}  // namespace hindsight::ingest::detail
