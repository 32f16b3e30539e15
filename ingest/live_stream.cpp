#include "ingest/live_stream.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/live_feed.h"
#include "ingest/detail/live_source.h"
#include "ingest/detail/media_file.h"

namespace hindsight::ingest {
namespace {

using namespace std::chrono_literals;

/// A picture that stays longer is one that nothing followed.
constexpr MediaDuration kLongestPicture = 5s;
/// A group of pictures is kept whole up to here, so that its frames can be decoded from its key
/// frame; in a longer one the second decoder is led along.
constexpr MediaDuration kFarBehind = 12s;

std::string shown_name(const Source& source) {
  return source.path == "-" ? "stdin" : detail::without_credentials(source.name);
}

bool is_playlist(const std::string& url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  return path.ends_with(".m3u8") || path.ends_with(".mpd");
}

}  // namespace

bool is_live(const Source& source, const InputLimits& limits) {
  static constexpr std::array<std::string_view, 12> kSchemes{"rtsp",
                                                             "rtsps",
                                                             "rtmp",
                                                             "rtmps",
                                                             "rtp",
                                                             "srt",
                                                             "udp",
                                                             "tcp",
                                                             "mmsh",
                                                             "mmst",
                                                             "sdp",
                                                             "rist"};
  if (!detail::is_url(source.path)) return false;
  const auto scheme = source.path.substr(0, source.path.find("://"));
  if (std::ranges::find(kSchemes, scheme) != kSchemes.end()) return true;
  if (!is_playlist(source.path)) return false;
  const detail::MediaFile file(source.path, limits, detail::Patience{});
  return file.format().duration == AV_NOPTS_VALUE;
}

/// The second decoder.
struct Follower {
  int part = 0;
  detail::LiveSource* source = nullptr;  ///< owned by `reader`
  VideoReader reader;
};

struct LiveStream::Impl {
  Impl(const Source& asked, const LiveOptions& given, std::stop_token stop_token, Logger log)
      : name(shown_name(asked)),
        options(given),
        stop(std::move(stop_token)),
        logger(std::move(log)),
        feed(asked.path, options, stop, logger) {}

  [[nodiscard]] std::unique_ptr<detail::LiveSource> make_source(int part, std::int64_t number) {
    return std::make_unique<detail::LiveSource>(feed, name, part, number);
  }

  [[nodiscard]] ReaderOptions decoding() const {
    ReaderOptions reader{.threads = options.threads, .limits = options.limits};
    // A source that goes on has no length to be limited.
    reader.limits.max_length = kLongestLength;
    return reader;
  }

  /// The first decoder, at the next part that can be decoded; false when there is none.
  bool open_scout() {
    bool is_void = false;
    while (true) {
      const std::int64_t number = scout_part < 0 ? 0 : feed.end_of(scout_part);
      if (feed.packet(std::max(number, feed.first_kept())) == nullptr) return false;
      // Nobody knows of a part that gave no pictures.
      if (is_void) feed.forget_parts(scout_part, scout_part + 1);
      ++scout_part;
      auto source = make_source(scout_part, feed.part(scout_part).first);
      scout_source = source.get();
      try {
        scout.emplace(VideoReader(std::move(source), start_pts, decoding(), logger));
      } catch (const Error& e) {
        const bool was_all = !start_pts && feed.packet(feed.end_of(scout_part)) == nullptr;
        if (was_all) throw;
        logger.warn("{}", e.what());
        is_void = true;
        continue;
      }
      if (!start_pts) facts = scout->facts();
      start_pts = facts.start_pts;
      return true;
    }
  }

  std::optional<LiveFrame> next() {
    while (true) {
      if (!scout && !open_scout()) return std::nullopt;
      if (auto frame = scout->next()) {
        // The first pictures of a part may overlap the last ones of the part before.
        if (last_time && frame->time() <= *last_time) continue;
        const auto gap = gap_before(*frame);
        if (last_time && !gap) usual_step = frame->time() - *last_time;
        last_time = frame->time();
        return LiveFrame{std::move(*frame), gap, scout_part};
      }
      add(scout->stats());
      scout.reset();
      part_changed = true;
    }
  }

  std::optional<TimeSpan> gap_before(const Frame& frame) {
    const bool other_part = std::exchange(part_changed, false);
    if (!last_time) return std::nullopt;
    const MediaDuration step = frame.time() - *last_time;
    if (step <= (other_part ? 2 * usual_step : kLongestPicture)) return std::nullopt;
    return TimeSpan{*last_time + usual_step, frame.time()};
  }

  Follower& follow(int part, MediaTime from) {
    if (follower && follower->part == part) return *follower;
    drop_follower();
    const std::int64_t pts = *start_pts + from.ns();
    const auto key = feed.key_frame_before(part, pts);
    const std::int64_t number =
        std::max(key ? key->number : feed.part(part).first, feed.first_kept());
    auto source = make_source(part, number);
    auto* raw = source.get();
    VideoReader reader(std::move(source), start_pts, decoding(), Logger{});
    follower.emplace(Follower{part, raw, std::move(reader)});
    return *follower;
  }

  void drop_follower() {
    if (follower) add(follower->reader.stats());
    follower.reset();
  }

  void forget_before(int part, MediaTime time) {
    if (follower && follower->part < part) drop_follower();
    feed.forget_parts(0, part);
    const auto key = feed.key_frame_before(part, *start_pts + time.ns());
    std::int64_t number = key ? key->number : feed.part(part).first;
    const MediaTime held = key ? MediaTime::from_ns(key->pts - *start_pts) : part_begin(part);
    if (time - held > kFarBehind) {
      auto& reader = follow(part, time).reader;
      reader.seek(time);
      // The decoder is fed ahead of its pictures, perhaps with a key frame that is yet to be shown.
      const auto next_key = feed.key_frame_after(part, *start_pts + time.ns());
      number = std::min(follower->source->number(), next_key ? next_key->number : INT64_MAX);
    }
    feed.forget_before(std::min(number, scout ? scout_source->number() : number));
  }

  [[nodiscard]] MediaTime part_begin(int part) {
    const std::int64_t first = std::max(feed.part(part).first, feed.first_kept());
    const AVPacket* packet = feed.packet(first);
    return MediaTime::from_ns((packet != nullptr ? packet->dts : 0) - *start_pts);
  }

  void add(const DecodeStats& stats) {
    finished.frames_decoded += stats.frames_decoded;
    finished.errors += stats.errors;
  }

  std::string name;
  LiveOptions options;
  std::stop_token stop;
  Logger logger;
  detail::LiveFeed feed;
  std::optional<std::int64_t> start_pts;
  StreamFacts facts;
  std::chrono::system_clock::time_point started{};
  int scout_part = -1;
  detail::LiveSource* scout_source = nullptr;  ///< owned by scout
  std::optional<VideoReader> scout;
  std::optional<Follower> follower;
  std::optional<MediaTime> last_time;
  MediaDuration usual_step{40ms};
  bool part_changed = false;
  DecodeStats finished;  ///< of decoders that are gone
};

LiveStream::LiveStream(const Source& source,
                       const LiveOptions& options,
                       std::stop_token stop,
                       const Logger& logger) {
  const auto refuse_if_stopped = [&] {
    if (stop.stop_requested())
      throw Error(ErrorCode::interrupted,
                  fmt::format("stopped before the first picture of '{}'", shown_name(source)));
  };
  try {
    impl_ = std::make_unique<Impl>(source, options, stop, logger);
    if (!impl_->open_scout())
      detail::refuse(impl_->name,
                     "it ended before its first picture; check the program that sends it");
  } catch (const Error&) {
    refuse_if_stopped();
    throw;
  }
  refuse_if_stopped();
  impl_->started = std::chrono::system_clock::now();
}

LiveStream::~LiveStream() = default;
LiveStream::LiveStream(LiveStream&&) noexcept = default;
LiveStream& LiveStream::operator=(LiveStream&&) noexcept = default;

const std::string& LiveStream::name() const { return impl_->name; }
std::chrono::system_clock::time_point LiveStream::started() const { return impl_->started; }
const StreamFacts& LiveStream::facts() const { return impl_->facts; }
std::optional<LiveFrame> LiveStream::next() { return impl_->next(); }
VideoReader& LiveStream::reader(int part, MediaTime from) {
  return impl_->follow(part, from).reader;
}
void LiveStream::forget_before(int part, MediaTime time) { impl_->forget_before(part, time); }

LiveStats LiveStream::stats() const {
  LiveStats stats = impl_->feed.stats();
  const auto add = [&](const DecodeStats& decoder) {
    stats.frames_decoded += decoder.frames_decoded;
    stats.errors += decoder.errors;
  };
  add(impl_->finished);
  if (impl_->scout) add(impl_->scout->stats());
  if (impl_->follower) add(impl_->follower->reader.stats());
  return stats;
}

}  // namespace hindsight::ingest
