#include "ingest/detail/demuxer.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>

#include <fmt/format.h>

namespace hindsight::ingest::detail {
namespace {

/// A cut-off file fails at each packet that its index promises; so many in a row and the rest is
/// taken for lost.
constexpr int kMaxErrorsInARow = 64;
constexpr int kLongestTick = 60;  // seconds

}  // namespace

namespace {

AVStream& find_video(const MediaFile& file, int wanted) {
  const auto streams = streams_of(file.format());
  const auto is_video = [](const AVStream* s) {
    return s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
           (s->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
  };
  if (std::ranges::none_of(streams, is_video)) {
    const bool audio = std::ranges::any_of(
        streams, [](const AVStream* s) { return s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO; });
    refuse(file.path(),
           audio ? "it has sound but no video stream; name a file with pictures"
                 : "it has no video stream; name a file with pictures");
  }
  if (wanted < 0) {
    const int best = av_find_best_stream(&file.format(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (best >= 0 && is_video(streams[static_cast<std::size_t>(best)])) {
      return *streams[static_cast<std::size_t>(best)];
    }
    return **std::ranges::find_if(streams, is_video);
  }
  const auto index = static_cast<std::size_t>(wanted);
  if (index >= streams.size()) {
    refuse(file.path(),
           fmt::format("there is no stream {}, it has streams 0 to {}; see 'hindsight probe'",
                       wanted,
                       streams.size() - 1));
  }
  if (!is_video(streams[index])) {
    refuse(file.path(),
           fmt::format("stream {} is not a video stream; see 'hindsight probe'", wanted));
  }
  return *streams[index];
}

}  // namespace

AVStream& select_video(const MediaFile& file, int wanted) {
  AVStream& stream = find_video(file, wanted);
  // Sums of such times would not fit into 64 bits of nanoseconds.
  if (!known(stream.time_base) || stream.time_base.num / stream.time_base.den >= kLongestTick) {
    refuse(file.path(),
           fmt::format("a tick of its clock lasts {} / {} seconds, its header is damaged; check "
                       "that it plays elsewhere",
                       stream.time_base.num,
                       stream.time_base.den));
  }
  return stream;
}

std::int64_t ticks_of(MediaDuration length, const AVStream& stream) {
  const std::int64_t ticks = av_rescale_q(length.count(), kNanoseconds, stream.time_base);
  // What does not fit is told by a negative number.
  return ticks < 0 ? kLatest : std::clamp<std::int64_t>(ticks, 1, kLatest);
}

std::int64_t usual_duration(const AVStream& stream) {
  AVRational rate{25, 1};
  for (const AVRational told : {stream.r_frame_rate, stream.avg_frame_rate}) {
    if (known(told)) rate = told;
  }
  return std::clamp<std::int64_t>(av_rescale_q(1, av_inv_q(rate), stream.time_base),
                                  1,
                                  ticks_of(std::chrono::minutes{1}, stream));
}

bool Demuxer::read(AVPacket& packet) {
  for (int errors_in_a_row = 0; errors_in_a_row < kMaxErrorsInARow;) {
    const int code = source_->read(packet);
    if (code == AVERROR_EOF) return false;
    if (code == AVERROR_EXIT) {
      note_error();
      return false;
    }
    if (code < 0) {
      note_error();
      ++errors_in_a_row;
      continue;
    }
    // An empty packet means "the same picture again" in AVI, and "no more data" to a decoder.
    if (packet.stream_index == stream().index && packet.size > 0) {
      clean_times(packet);
      note_position(packet);
      return true;
    }
    av_packet_unref(&packet);
  }
  return false;
}

void Demuxer::clean_times(AVPacket& packet) const {
  for (auto* time : {&packet.pts, &packet.dts}) {
    if (!is_possible(*time)) *time = AV_NOPTS_VALUE;
  }
  if (packet.duration < 0 || packet.duration > longest_) packet.duration = 0;
}

void Demuxer::note_position(const AVPacket& packet) {
  const std::int64_t position = packet.dts != AV_NOPTS_VALUE ? packet.dts : num_read_;
  ++num_read_;
  at_frontier_ = position > frontier_;
  frontier_ = std::max(frontier_, position);
}

void Demuxer::rewind() {
  num_read_ = 0;
  source_->rewind();
}

}  // namespace hindsight::ingest::detail
