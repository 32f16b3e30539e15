#include "ingest/detail/frame_decoder.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::ingest::detail {
namespace {

/// Codecs whose decoder knows pictures that nothing refers to.  HEVC's are only free of references
/// within their own temporal layer, so it is not one of them.
bool knows_unreferenced(AVCodecID codec) {
  constexpr std::array kCodecs{AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG2VIDEO};
  return std::ranges::find(kCodecs, codec) != kCodecs.end();
}

/// A decoder keeps some pictures back, each of which may be bad; one that fails more often between
/// two packets would fail for ever.
constexpr int kMaxFailures = 1000;

}  // namespace

FrameDecoder::FrameDecoder(Demuxer& demuxer, const ReaderOptions& options)
    : demuxer_(&demuxer),
      packet_(make_packet()),
      usual_duration_(detail::usual_duration(demuxer.stream())),
      longest_(ticks_of(options.limits.max_length, demuxer.stream())) {
  open(options);
}

void FrameDecoder::open(const ReaderOptions& options) {
  const AVStream& stream = demuxer_->stream();
  const auto refuse = [&](std::string_view reason) {
    throw Error(ErrorCode::unreadable_input,
                fmt::format("cannot read '{}': its video codec {} {}",
                            demuxer_->path(),
                            avcodec_get_name(stream.codecpar->codec_id),
                            reason));
  };
  const AVCodec* decoder = avcodec_find_decoder(stream.codecpar->codec_id);
  if (decoder == nullptr) refuse("has no decoder in this FFmpeg; convert the file to H.264");
  codec_.reset(avcodec_alloc_context3(decoder));
  if (!codec_) throw std::bad_alloc();
  check(avcodec_parameters_to_context(codec_.get(), stream.codecpar),
        "avcodec_parameters_to_context");
  codec_->pkt_timebase = stream.time_base;
  can_skip_ = knows_unreferenced(decoder->id);
  codec_->thread_count = std::max(0, options.threads);
  codec_->max_pixels = options.limits.max_pixels;
  if (const int code = avcodec_open2(codec_.get(), decoder, nullptr); code < 0) {
    refuse(fmt::format("could not be started ({}); check that the file plays elsewhere",
                       error_text(code)));
  }
}

FramePtr FrameDecoder::next() {
  if (!std::exchange(started_, true)) following_ = decode();
  FramePtr frame = std::move(following_);
  if (!frame) return nullptr;
  following_ = decode();
  stamp(*frame, following_.get());
  return frame;
}

FramePtr FrameDecoder::decode() {
  auto frame = make_frame();
  int failures = 0;  // since it was fed
  while (true) {
    const int code = avcodec_receive_frame(codec_.get(), frame.get());
    if (code == AVERROR_EOF && (!key_frames_before_ || draining_)) return nullptr;
    if (code == AVERROR_EOF) {
      // Each key frame begins anew: H.264 gives an open group's only after a fresh start.
      avcodec_flush_buffers(codec_.get());
    }
    if (code == AVERROR_EOF || code == AVERROR(EAGAIN)) {
      feed();
      failures = 0;
      continue;
    }
    if (code < 0) {
      demuxer_->note_error();
      if (!unused_times_.empty()) unused_times_.pop_back();
      if (++failures > kMaxFailures) return nullptr;
      continue;
    }
    ++frames_decoded_;
    if (frame->decode_error_flags != 0) demuxer_->note_error();
    if (unstamped_ && !unused_times_.empty()) {
      frame->pts = unused_times_.front();
      unused_times_.pop_front();
    } else if (frame->pts == AV_NOPTS_VALUE) {
      frame->pts = frame->best_effort_timestamp;
    }
    if (!is_near(frame->pts)) frame->pts = AV_NOPTS_VALUE;
    if (first_pts_ == AV_NOPTS_VALUE) first_pts_ = frame->pts;
    return frame;
  }
}

bool FrameDecoder::is_near(std::int64_t pts) const {
  if (!is_possible(pts)) return false;
  return first_pts_ == AV_NOPTS_VALUE ||
         (pts >= first_pts_ - longest_ && pts <= first_pts_ + longest_);
}

bool FrameDecoder::read() {
  if (!key_frames_before_) return demuxer_->read(*packet_);
  while (true) {
    demuxer_->skip_to_key_frame();
    if (!demuxer_->read(*packet_)) return false;
    const bool is_key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    const bool is_wanted = packet_->pts >= *key_frames_before_ || !is_near(packet_->pts) ||
                           key_frame_wanted_(packet_->pts);
    if (is_key && is_wanted) break;
    av_packet_unref(packet_.get());
  }
  if (packet_->pts < *key_frames_before_) return true;
  av_packet_unref(packet_.get());
  return false;
}

void FrameDecoder::feed() {
  if (draining_ || !read()) {
    draining_ = true;
    // The only failure is to have been told before, which is harmless.
    avcodec_send_packet(codec_.get(), nullptr);
    return;
  }
  const PacketContents contents(packet_.get());
  ++packets_read_;
  if (entry_time_ == AV_NOPTS_VALUE) {
    entry_time_ = packet_->dts != AV_NOPTS_VALUE ? packet_->dts : packet_->pts;
  }
  note_time(*packet_);
  codec_->skip_frame = what_to_skip(*packet_);
  if (avcodec_send_packet(codec_.get(), packet_.get()) < 0) {
    demuxer_->note_error();
    if (!unused_times_.empty()) unused_times_.pop_back();
  }
  if (key_frames_before_) avcodec_send_packet(codec_.get(), nullptr);
}

AVDiscard FrameDecoder::what_to_skip(const AVPacket& packet) const {
  if (!can_skip_ || unstamped_) return AVDISCARD_DEFAULT;
  const bool unneeded = (packet.pts != AV_NOPTS_VALUE && packet.pts < skip_before_) ||
                        (unwanted_ && (!is_near(packet.pts) || unwanted_(packet.pts)));
  return unneeded ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

void FrameDecoder::note_time(const AVPacket& packet) {
  if (packets_read_ == 1) unstamped_ = packet.pts == AV_NOPTS_VALUE;
  if (!unstamped_) {
    if (packet.pts != AV_NOPTS_VALUE) awaited_.insert(packet.pts);
    return;
  }
  const std::int64_t time = packet.dts != AV_NOPTS_VALUE ? packet.dts : next_time_;
  unused_times_.push_back(time);
  next_time_ = std::min(kLatest, time + (packet.duration > 0 ? packet.duration : usual_duration_));
}

void FrameDecoder::stamp(AVFrame& frame, const AVFrame* following) {
  const bool first = last_pts_ == AV_NOPTS_VALUE;
  const std::int64_t next = following != nullptr ? following->pts : AV_NOPTS_VALUE;
  if (last_pts_but_one_ != AV_NOPTS_VALUE) {
    awaited_.erase(awaited_.begin(), awaited_.upper_bound(last_pts_but_one_));
  }
  const bool too_late =
      next != AV_NOPTS_VALUE && frame.pts >= next && (first || next > last_pts_ + 1);
  if (frame.pts == AV_NOPTS_VALUE || too_late || (!first && frame.pts <= last_pts_)) {
    // A damaged stamp: the neighbours decide.  Time never stands still or runs back.
    if (first) {
      frame.pts = next != AV_NOPTS_VALUE ? next - usual_duration_ : 0;
    } else {
      const bool room =
          next == AV_NOPTS_VALUE || next <= last_pts_ || next - last_pts_ > usual_duration_;
      frame.pts =
          last_pts_ + (room ? usual_duration_ : std::max<std::int64_t>(1, (next - last_pts_) / 2));
    }
  }
  last_pts_but_one_ = std::exchange(last_pts_, frame.pts);
}

bool FrameDecoder::lost_picture(std::int64_t from, std::int64_t to) const {
  const auto next = awaited_.upper_bound(from);
  return next != awaited_.end() && *next <= to;
}

void FrameDecoder::flush() {
  avcodec_flush_buffers(codec_.get());
  following_.reset();
  started_ = false;
  draining_ = false;
  unused_times_.clear();
  awaited_.clear();
  last_pts_ = AV_NOPTS_VALUE;
  last_pts_but_one_ = AV_NOPTS_VALUE;
  entry_time_ = AV_NOPTS_VALUE;
  skip_before_ = INT64_MIN;
  unwanted_ = {};
  codec_->skip_loop_filter = AVDISCARD_DEFAULT;
  key_frames_before_.reset();
  key_frame_wanted_ = nullptr;
}

void FrameDecoder::rewind() {
  demuxer_->rewind();
  flush();
  next_time_ = 0;
}

}  // namespace hindsight::ingest::detail
