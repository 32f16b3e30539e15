#include "ingest/detail/live_feed.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/demuxer.h"

namespace hindsight::ingest::detail {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A live playlist shows the last minutes again to who connects anew.
constexpr std::chrono::nanoseconds kReplay = 120s;
/// A finished one shows all of it.
constexpr std::chrono::nanoseconds kReplayAll = 1000h;
/// A stream without marked key frames (intra refresh) is decoded from wherever it was entered.
constexpr int kMaxSkipped = 250;
constexpr int kMaxErrorsInARow = 64;
/// No codec shows a picture so long after it was decoded; one that claims it would leave out what
/// comes between.
constexpr std::int64_t kFarthestAhead = 60'000'000'000;
constexpr int kLongestPause = 16;  // times the first one

bool is_video(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
         (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
}

}  // namespace

LiveFeed::LiveFeed(std::string path,
                   const LiveOptions& options,
                   std::stop_token stop,
                   Logger logger)
    : path_(std::move(path)),
      options_(options),
      stop_(std::move(stop)),
      logger_(std::move(logger)) {
  open();
}

void LiveFeed::open() {
  input_ = std::make_unique<MediaFile>(path_, options_.limits, Patience{options_.stall, stop_});
  auto& format = input_->format();
  stream_ = &select_video(*input_, options_.stream);
  num_streams_ = format.nb_streams;
  for (AVStream* other : streams_of(format)) {
    other->discard = other == stream_ ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
  const std::string_view name = format.iformat->name;
  is_playlist_ = name == "hls" || name == "dash";
  const bool is_finished = format.duration != AV_NOPTS_VALUE;
  has_end_ = !is_url(path_) || (is_playlist_ && is_finished);
  clock_.reconnect(!is_playlist_ ? 0ns : is_finished ? kReplayAll : kReplay);
  begins_part_ = true;
  is_new_ = true;
}

const AVPacket* LiveFeed::packet(std::int64_t number) {
  while (number >= next_number()) {
    if (!pull()) return nullptr;
  }
  return packets_[static_cast<std::size_t>(number - first_kept_)].get();
}

bool LiveFeed::pull() {
  int errors_in_a_row = 0;
  while (!ended_) {
    if (stop_.stop_requested()) break;
    const int code = input_->read(*packet_);
    if (code >= 0) {
      errors_in_a_row = 0;
      const bool accepted = accept();
      av_packet_unref(packet_.get());
      if (accepted) return true;
      continue;
    }
    if (code == AVERROR_INVALIDDATA && ++errors_in_a_row < kMaxErrorsInARow) {
      ++stats_.errors;
      continue;
    }
    if (!open_again(code)) break;
  }
  ended_ = true;
  input_.reset();
  return false;
}

bool LiveFeed::open_again(int code) {
  input_.reset();
  if (stop_.stop_requested()) return false;
  const std::string shown = path_ == "-" ? "stdin" : without_credentials(path_);
  std::string why = error_text(code);
  if (code == AVERROR_EXIT)
    why = fmt::format("no data came for {} s", static_cast<double>(options_.stall.count()) / 1000);
  if (code == AVERROR_EOF) why = "the connection was closed";
  if (num_parts_ == 0 && has_end_ && code != AVERROR_EOF) {
    refuse(shown,
           code == AVERROR_EXIT ? why + "; check the program that sends it"
                                : "it cannot be read as it comes; send Matroska or a transport "
                                  "stream, or leave out --live");
  }
  if (has_end_) {
    if (code != AVERROR_EOF) logger_.warn("'{}' ended before its time: {}", shown, why);
    return false;
  }
  // A playlist that has come to its end looks like one whose server is gone.
  const bool may_be_over = is_playlist_ && code == AVERROR_EOF;
  const double seconds = static_cast<double>(options_.patience.count()) / 1000;
  if (!broken_since_) {
    broken_since_ = Clock::now();
    if (options_.patience > 0ms && !may_be_over)
      logger_.warn("'{}' broke off: {}; trying again for {} s", shown, why, seconds);
  }
  for (int times = 1;; times = std::min(2 * times, kLongestPause)) {
    const auto wait = options_.first_pause * times;
    if (Clock::now() + wait - *broken_since_ > options_.patience) break;
    if (!pause(wait)) return false;
    try {
      open();
      return true;
    } catch (const Error& e) {
      logger_.debug("{}", e.what());
    }
  }
  logger_.warn("'{}' did not come back in {} s: taken for its end", shown, seconds);
  return false;
}

bool LiveFeed::pause(std::chrono::milliseconds time) const {
  const auto end = Clock::now() + time;
  while (!stop_.stop_requested() && Clock::now() < end) {
    std::this_thread::sleep_for(std::min<Clock::duration>(20ms, end - Clock::now()));
  }
  return !stop_.stop_requested();
}

bool LiveFeed::belongs(const AVPacket& packet) {
  auto& format = input_->format();
  if (std::cmp_greater(format.nb_streams, options_.limits.max_streams))
    input_->refuse_beyond_limits();
  if (packet.size == 0) return false;
  AVStream& from = *format.streams[packet.stream_index];
  if (&from != stream_) {
    // A stream that appears later takes over: the sender was set up anew.
    const bool is_new = static_cast<unsigned>(packet.stream_index) >= num_streams_;
    if (!is_new || options_.stream >= 0 || !is_video(from)) return false;
    stream_->discard = AVDISCARD_ALL;
    stream_ = &from;
    num_streams_ = format.nb_streams;
    begins_part_ = true;
    ++stats_.stream_changes;
  } else if (!begins_part_ &&
             from.codecpar->codec_id != last_stream().codecpar->codec_id) {
    begins_part_ = true;
    ++stats_.stream_changes;
  }
  return true;
}

bool LiveFeed::accept() {
  if (!belongs(*packet_)) return false;
  const bool is_key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
  if (begins_part_ && !is_key && skipped_ < kMaxSkipped) {
    ++skipped_;
    return false;
  }
  clean_times();
  const std::int64_t ticks = packet_->dts != AV_NOPTS_VALUE ? packet_->dts : packet_->pts;
  const auto arrived = Clock::now();
  const auto shift = clock_.shift(
      ticks != AV_NOPTS_VALUE ? std::optional(nanoseconds(ticks)) : std::nullopt,
      nanoseconds(packet_->duration > 0 ? packet_->duration : usual_duration(*stream_)),
      arrived);
  stats_.clock_jumps = clock_.num_jumps();
  // What comes again is no sign of life.
  if (!shift) return false;
  if (begins_part_) begin_part();
  if (std::exchange(is_new_, false)) ++stats_.connections;
  broken_since_.reset();
  keep(*shift);
  return true;
}

void LiveFeed::begin_part() {
  if (num_parts_ > 0) parts_.at(num_parts_ - 1).end = next_number();
  parts_.emplace(num_parts_++, LivePart{StreamCopy(*stream_, kNanoseconds), next_number()});
  stats_.kept_parts = parts_.size();
  begins_part_ = false;
  skipped_ = 0;
}

void LiveFeed::clean_times() {
  const auto fits = [&](std::int64_t ticks) {
    return is_possible(ticks) && is_possible(nanoseconds(ticks));
  };
  for (auto* time : {&packet_->pts, &packet_->dts}) {
    if (!fits(*time)) *time = AV_NOPTS_VALUE;
  }
  if (packet_->duration < 0 || !fits(packet_->duration)) packet_->duration = 0;
  if (packet_->pts == AV_NOPTS_VALUE || packet_->dts == AV_NOPTS_VALUE) return;
  const std::int64_t ahead = nanoseconds(packet_->pts) - nanoseconds(packet_->dts);
  if (std::abs(ahead) > kFarthestAhead) packet_->pts = AV_NOPTS_VALUE;
}

void LiveFeed::keep(std::int64_t shift) {
  auto kept = make_packet();
  av_packet_move_ref(kept.get(), packet_.get());
  const bool has_pts = kept->pts != AV_NOPTS_VALUE;
  const std::int64_t pts = has_pts ? nanoseconds(kept->pts) + shift : AV_NOPTS_VALUE;
  kept->dts = clock_.last_ns();
  kept->pts = pts;
  kept->duration = kept->duration > 0 ? nanoseconds(kept->duration) : 0;
  kept->stream_index = last_stream().index;
  kept->pos = -1;
  if ((kept->flags & AV_PKT_FLAG_KEY) != 0)
    key_frames_.push_back({next_number(), has_pts ? kept->pts : kept->dts});
  ++stats_.packets;
  stats_.kept_bytes += static_cast<std::size_t>(kept->size);
  packets_.push_back(std::move(kept));
  while (stats_.kept_bytes > options_.max_bytes && packets_.size() > 1) {
    ++stats_.packets_dropped;
    forget_before(first_kept_ + 1);
  }
  stats_.kept_packets = packets_.size();
  stats_.most_kept_packets = std::max(stats_.most_kept_packets, stats_.kept_packets);
  stats_.most_kept_bytes = std::max(stats_.most_kept_bytes, stats_.kept_bytes);
}

void LiveFeed::forget_before(std::int64_t number) {
  for (; first_kept_ < number && !packets_.empty(); ++first_kept_) {
    stats_.kept_bytes -= static_cast<std::size_t>(packets_.front()->size);
    packets_.pop_front();
  }
  while (key_frames_.size() > 1 && key_frames_[1].number <= first_kept_) key_frames_.pop_front();
  stats_.kept_packets = packets_.size();
}

std::int64_t LiveFeed::end_of(int index) const {
  return std::min(part(index).end, next_number());
}

void LiveFeed::forget_parts(int begin, int end) {
  // The last one is what the next packet belongs to.
  parts_.erase(parts_.lower_bound(begin), parts_.lower_bound(std::min(end, num_parts_ - 1)));
  stats_.kept_parts = parts_.size();
}

std::optional<LiveFeed::KeyFrame> LiveFeed::key_frame_before(int index, std::int64_t pts) const {
  std::optional<KeyFrame> found;
  for (const auto& key : key_frames_) {
    const bool inside = key.number >= part(index).first && key.number < end_of(index);
    if (inside && key.pts <= pts) found = key;
  }
  return found;
}

std::optional<LiveFeed::KeyFrame> LiveFeed::key_frame_after(int index, std::int64_t pts) const {
  for (const auto& key : key_frames_) {
    const bool inside = key.number >= part(index).first && key.number < end_of(index);
    if (inside && key.pts > pts) return key;
  }
  return std::nullopt;
}

std::int64_t LiveFeed::nanoseconds(std::int64_t ticks) const {
  return av_rescale_q(ticks, stream_->time_base, kNanoseconds);
}

}  // namespace hindsight::ingest::detail
