#include "ingest/video_reader.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/container_size.h"
#include "ingest/detail/demuxer.h"
#include "ingest/detail/frame_decoder.h"
#include "ingest/detail/frame_impl.h"
#include "ingest/detail/geometry.h"
#include "ingest/detail/packet_source.h"
#include "ingest/packet_scan.h"

namespace hindsight::ingest {
namespace {

using detail::FramePtr;

/// Without an index it is not known where the next key frame is; decoding on costs less than
/// entering anew up to here.
constexpr MediaDuration kNear = std::chrono::seconds{4};
/// Each attempt goes back by one key frame; then reading from the start is the surer way.
constexpr int kMaxLandings = 8;

StreamFacts read_facts(const AVStream& stream,
                       const detail::Geometry& geometry,
                       const AVFrame& first) {
  StreamFacts facts;
  facts.index = stream.index;
  facts.codec = avcodec_get_name(stream.codecpar->codec_id);
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(first.format));
  facts.pixel_format = format != nullptr ? format : "";
  facts.time_base = detail::to_rational(stream.time_base);
  facts.average_frame_rate = detail::to_rational(stream.avg_frame_rate);
  facts.width = geometry.width;
  facts.height = geometry.height;
  facts.display_width = geometry.display_width;
  facts.display_height = geometry.display_height;
  facts.rotation_degrees = 90 * geometry.orientation.quarter_turns;
  facts.interlaced = detail::is_interlaced(first);
  facts.start_pts = first.pts;
  return facts;
}

std::unique_ptr<detail::PacketSource> open_scanned(const std::string& path,
                                                   const PacketScan& scan,
                                                   ReaderOptions options) {
  if (scan.table) return detail::open_table(path, scan.table, options);
  options.stream = scan.facts.index;
  return detail::open_container(path, options);
}

}  // namespace

struct VideoReader::Impl {
  Impl(std::unique_ptr<detail::PacketSource> source,
       const ReaderOptions& options,
       Logger log,
       std::optional<std::int64_t> start_pts = {})
      : demuxer(std::move(source), options.limits),
        decoder(demuxer, options),
        logger(std::move(log)),
        longest(options.limits.max_length) {
    current = decoder.next();
    if (!current) {
      throw Error(
          ErrorCode::unreadable_input,
          fmt::format("cannot read '{}': none of the pictures of its video stream can be decoded; "
                      "check that it plays elsewhere",
                      demuxer.path()));
    }
    const auto geometry = detail::geometry_of(
        demuxer.stream(), current->width, current->height, current->sample_aspect_ratio);
    orientation = geometry.orientation;
    facts = read_facts(demuxer.stream(), geometry, *current);
    if (start_pts) facts.start_pts = *start_pts;
    after = decoder.next();
  }

  ~Impl() { report_damage(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] MediaTime time_of(std::int64_t pts) const {
    return MediaTime::from_ns(
        av_rescale_q(pts - facts.start_pts, demuxer.stream().time_base, detail::kNanoseconds));
  }

  /// The last pts whose time is not after `t`, which counts as the longest video's end behind it.
  [[nodiscard]] std::int64_t ticks_at(MediaTime t) const {
    t = std::min(t, MediaTime{longest});
    const auto ticks =
        facts.start_pts + av_rescale_q(t.ns(), detail::kNanoseconds, demuxer.stream().time_base);
    return time_of(ticks) <= t ? ticks : ticks - 1;
  }

  /// The picture after `current` becomes `current`.
  void advance() {
    before = std::move(current);
    current = std::move(after);
    after = current ? decoder.next() : nullptr;
  }

  [[nodiscard]] std::int64_t ticks_until_next() const;
  [[nodiscard]] std::unique_ptr<Frame::Impl> make_frame() const;
  [[nodiscard]] std::unique_ptr<Frame::Impl> make_lone_frame(detail::FramePtr picture) const;

  void seek(MediaTime t,
            Frames frames,
            Deblocking deblocking,
            std::function<bool(MediaTime)> also);
  [[nodiscard]] bool can_decode_on(MediaTime t) const;
  enum class Landing {
    good,          ///< `current` is the picture that reading straight through gives at the target
    too_late,      ///< an earlier key frame is needed
    lost_picture,  ///< a picture that may be the wanted one was skipped or withheld by the decoder
    impossible,    ///< the container cannot seek
  };
  /// Enters the stream at the key frame that `entry` (a pts) leads to and goes forward to `t`.
  [[nodiscard]] Landing land(std::int64_t entry, MediaTime t, std::int64_t skip_until);
  /// True when no picture is missing between `current` (or what deinterlacing it needs) and
  /// `target`.
  [[nodiscard]] bool nothing_lost(std::int64_t target) const;
  void restart();
  /// To be called when the decoder was flushed.
  void choose_frames();
  void go_forward(MediaTime t);
  void read_key_frames(const TimeSpan& span,
                       const std::function<bool(const Frame&)>& visit,
                       const std::function<bool(MediaTime)>& wanted,
                       Deblocking deblocking);
  void report_damage();
  [[nodiscard]] std::int64_t errors() const { return demuxer.errors(); }

  detail::Demuxer demuxer;
  detail::FrameDecoder decoder;
  Logger logger;
  detail::Orientation orientation;
  StreamFacts facts;
  // Neighbours in presentation order.  One picture of lookahead, because a picture lasts until the
  // next one starts.
  FramePtr before;
  FramePtr current;
  FramePtr after;
  Frames chosen = Frames::all;
  std::function<bool(MediaTime)> also_chosen;
  Deblocking deblocked = Deblocking::on;
  DecodeStats stats;
  MediaDuration longest;                      // no picture has a later time
  std::optional<std::int64_t> missing_bytes;  // at the end of the file; known once it was asked for
  bool damage_reported = false;
};

std::int64_t VideoReader::Impl::ticks_until_next() const {
  if (after) return after->pts - current->pts;
  const std::int64_t stored = detail::duration_of(*current);
  if (stored > 0 && stored <= detail::ticks_of(longest, demuxer.stream())) return stored;
  return before ? current->pts - before->pts : decoder.usual_duration();
}

std::unique_ptr<Frame::Impl> VideoReader::Impl::make_frame() const {
  auto frame = std::make_unique<Frame::Impl>();
  frame->picture = detail::share(*current);
  if (detail::is_interlaced(*current)) {
    if (before) frame->before = detail::share(*before);
    if (after) frame->after = detail::share(*after);
  }
  frame->orientation = orientation;
  frame->time = time_of(current->pts);
  frame->pts_duration = ticks_until_next();
  frame->duration = time_of(current->pts + frame->pts_duration) - frame->time;
  return frame;
}

std::unique_ptr<Frame::Impl> VideoReader::Impl::make_lone_frame(detail::FramePtr picture) const {
  auto frame = std::make_unique<Frame::Impl>();
  frame->orientation = orientation;
  frame->time = time_of(picture->pts);
  frame->pts_duration = decoder.usual_duration();
  frame->duration = time_of(picture->pts + frame->pts_duration) - frame->time;
  frame->picture = std::move(picture);
  return frame;
}

void VideoReader::Impl::seek(MediaTime t,
                             Frames frames,
                             Deblocking deblocking,
                             std::function<bool(MediaTime)> also) {
  also_chosen = std::move(also);
  const bool same_frames = std::exchange(chosen, frames) == frames;
  const bool same = std::exchange(deblocked, deblocking) == deblocking && same_frames;
  t = std::max(t, MediaTime{});
  const std::int64_t target = ticks_at(t);
  // Pictures are rarely longer than two usual ones; where they are, nothing_lost() notices.
  const std::int64_t skip_until = target - 2 * decoder.usual_duration();
  if (same && can_decode_on(t)) {
    decoder.skip_before(skip_until);
    go_forward(t);
    if (nothing_lost(target)) return;
  }
  if (!decoder.unstamped()) {
    std::int64_t entry = target;
    for (int i = 0; i < kMaxLandings; ++i) {
      const Landing landing = land(entry, t, i == 0 ? skip_until : INT64_MIN);
      if (landing == Landing::good) return;
      if (landing == Landing::lost_picture && i == 0) continue;
      if (landing == Landing::impossible || decoder.entry_time() == AV_NOPTS_VALUE) break;
      entry = std::min(entry, decoder.entry_time()) - 1;
    }
  }
  restart();
  go_forward(t);
}

bool VideoReader::Impl::can_decode_on(MediaTime t) const {
  if (!current || time_of(current->pts) > t) return false;
  if (decoder.unstamped() || !after || time_of(after->pts) > t) return true;
  const std::int64_t ts = ticks_at(t);
  const auto key = demuxer.key_frame_before(ts);
  if (key && *key > after->pts) return false;
  return (key && demuxer.knows_key_frames_until(ts)) || t - time_of(after->pts) < kNear;
}

bool VideoReader::Impl::nothing_lost(std::int64_t target) const {
  if (chosen == Frames::referenced) return true;
  const bool needs_before = before && detail::is_interlaced(*current);
  return !decoder.lost_picture(needs_before ? before->pts : current->pts, target);
}

VideoReader::Impl::Landing VideoReader::Impl::land(std::int64_t entry,
                                                   MediaTime t,
                                                   std::int64_t skip_until) {
  if (!demuxer.seek(entry)) return Landing::impossible;
  ++stats.seeks;
  decoder.flush();
  choose_frames();
  decoder.skip_before(skip_until);
  before.reset();
  after.reset();
  current = decoder.next();
  // An index that lies leads to a picture that is not a key frame, or to one behind the target.
  if (!current || !detail::is_key(*current) || time_of(current->pts) > t) return Landing::too_late;
  after = decoder.next();
  go_forward(t);
  if (!nothing_lost(ticks_at(t))) return Landing::lost_picture;
  // The picture before the first one is missing, and deinterlacing needs it.
  const bool complete =
      before || !detail::is_interlaced(*current) || current->pts == facts.start_pts;
  return complete ? Landing::good : Landing::too_late;
}

void VideoReader::Impl::choose_frames() {
  if (chosen == Frames::referenced)
    decoder.skip_unreferenced(
        [this](std::int64_t pts) { return !also_chosen || !also_chosen(time_of(pts)); });
  if (deblocked == Deblocking::off) decoder.skip_deblocking();
}

void VideoReader::Impl::restart() {
  ++stats.seeks;
  decoder.rewind();
  choose_frames();
  before.reset();
  current = decoder.next();
  after = current ? decoder.next() : nullptr;
}

void VideoReader::Impl::go_forward(MediaTime t) {
  while (after && time_of(after->pts) <= t) advance();
}

void VideoReader::Impl::read_key_frames(const TimeSpan& span,
                                        const std::function<bool(const Frame&)>& visit,
                                        const std::function<bool(MediaTime)>& wanted,
                                        Deblocking deblocking) {
  before.reset();
  current.reset();
  after.reset();
  // The k-th picture of an unstamped stream has a time only when all before it are read.
  if (decoder.unstamped() || !demuxer.seek(ticks_at(span.begin))) return;
  ++stats.seeks;
  decoder.flush();
  if (deblocking == Deblocking::off) decoder.skip_deblocking();
  const std::int64_t end = ticks_at(span.end - MediaDuration{1}) + 1;
  decoder.only_key_frames_before(end,
                                 [&](std::int64_t pts) { return !wanted || wanted(time_of(pts)); });
  while (auto picture = decoder.next()) {
    const MediaTime time = time_of(picture->pts);
    if (time < span.begin || time >= span.end || !detail::is_key(*picture)) continue;
    if (!visit(Frame(make_lone_frame(std::move(picture))))) break;
  }
  decoder.flush();
}

void VideoReader::Impl::report_damage() {
  if (damage_reported || !logger.speaks(LogLevel::warn)) return;
  if (!missing_bytes) missing_bytes = detail::bytes_cut_off(demuxer.path());
  if (errors() == 0 && *missing_bytes == 0) return;
  damage_reported = true;
  const std::string lost = fmt::format("{} {} could not be decoded fully",
                                       errors(),
                                       errors() == 1 ? "packet or picture" : "packets or pictures");
  const std::string cut = fmt::format("its last {} bytes are missing", *missing_bytes);
  if (errors() == 0) {
    logger.warn("'{}' is cut off: {}; the rest was read", demuxer.path(), cut);
  } else {
    logger.warn("'{}' is damaged: {}{}; the rest was read",
                demuxer.path(),
                lost,
                *missing_bytes > 0 ? ", and " + cut : "");
  }
}

VideoReader::VideoReader(const std::string& path, const ReaderOptions& options, Logger logger)
    : impl_(std::make_unique<Impl>(
          detail::open_container(path, options), options, std::move(logger))) {}
VideoReader::VideoReader(const std::string& path,
                         const PacketScan& scan,
                         const ReaderOptions& options,
                         Logger logger)
    : impl_(std::make_unique<Impl>(open_scanned(path, scan, options), options, std::move(logger))) {
}
VideoReader::VideoReader(std::unique_ptr<detail::PacketSource> source,
                         std::optional<std::int64_t> start_pts,
                         const ReaderOptions& options,
                         Logger logger)
    : impl_(std::make_unique<Impl>(std::move(source), options, std::move(logger), start_pts)) {}
VideoReader::~VideoReader() = default;
VideoReader::VideoReader(VideoReader&&) noexcept = default;
VideoReader& VideoReader::operator=(VideoReader&&) noexcept = default;

const StreamFacts& VideoReader::facts() const { return impl_->facts; }

std::optional<Frame> VideoReader::next() {
  if (!impl_->current) {
    impl_->report_damage();
    return std::nullopt;
  }
  Frame frame(impl_->make_frame());
  impl_->advance();
  return frame;
}

void VideoReader::seek(MediaTime t,
                       Frames frames,
                       Deblocking deblocking,
                       std::function<bool(MediaTime)> also) {
  // Deinterlacing needs the neighbours.
  impl_->seek(t, impl_->facts.interlaced ? Frames::all : frames, deblocking, std::move(also));
}

void VideoReader::read_key_frames(const TimeSpan& span,
                                  const std::function<bool(const Frame&)>& visit,
                                  const std::function<bool(MediaTime)>& wanted,
                                  Deblocking deblocking) {
  impl_->read_key_frames(span, visit, wanted, deblocking);
}

const DecodeStats& VideoReader::stats() const {
  DecodeStats& stats = impl_->stats;
  stats.packets_read = impl_->decoder.packets_read();
  stats.frames_decoded = impl_->decoder.frames_decoded();
  stats.errors = impl_->errors();
  return stats;
}

}  // namespace hindsight::ingest
