#include "pipeline/live_job.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/content_hash.h"
#include "pipeline/detail/encode_stages.h"
#include "pipeline/detail/progress_board.h"
#include "pipeline/detail/store_records.h"
#include "pipeline/live_planner.h"
#include "pipeline/live_reader.h"
#include "sampler/repeats.h"

namespace hindsight::pipeline {
namespace {

using namespace std::chrono_literals;
using WallClock = std::chrono::steady_clock;

/// Patches of one token: 28 x 28 pixels of two frames in three colours.
constexpr std::int64_t kBytesPerToken = 28 * 28 * 2 * 3 * sizeof(float);
/// A source whose frames come so much earlier than their time is no live one.
constexpr MediaDuration kAhead = 1s;

std::string to_utc(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string identity(const std::string& name, std::chrono::system_clock::time_point started) {
  ContentHash hash;
  hash.add("live");
  hash.add(name);
  hash.add(std::int64_t{
      std::chrono::duration_cast<std::chrono::nanoseconds>(started.time_since_epoch()).count()});
  return hash.hex();
}

}  // namespace

struct LiveJob::Impl {
  Impl(const ingest::Source& source,
       LiveJobOptions given,
       const std::stop_token& finish,
       Logger log)
      : options(std::move(given)),
        logger(std::move(log)),
        pass_on(finish, [this] { stop.request_stop(); }),
        stream(source, options.stream, stop.get_token(), logger),
        began(WallClock::now()),
        name(stream.name() + "@" + to_utc(stream.started())),
        content_hash(identity(stream.name(), stream.started())),
        planner(options.ingest.plan,
                {stream.facts().display_width, stream.facts().display_height}) {}

  [[nodiscard]] MediaDuration elapsed() const {
    return options.elapsed ? options.elapsed() : MediaDuration{WallClock::now() - began};
  }

  [[nodiscard]] index::VideoRecord video(MediaTime end) const {
    return to_live_video_record(
        {name, content_hash, to_utc(stream.started())}, stream.name(), stream.facts(), end);
  }

  /// Tokens that need not wait for the tower.
  std::int64_t room(const PixelQueue& pixels) {
    if (seen.since_start > elapsed() + kAhead) return INT64_MAX;
    // The thumbnails and the frame around them take a little too.
    return static_cast<std::int64_t>(pixels.free_bytes()) * 9 / 10 / kBytesPerToken;
  }

  void note_room(std::int64_t room, const sampler::StretchPlan& step) {
    std::int64_t tokens = 0;
    for (const auto& pair : step.pairs) tokens += pair.num_tokens();
    const bool was_full = tokens + options.ingest.plan.min_pair_tokens > room;
    if (!was_full) return;
    if (live.steps_lowered++ == 0)
      logger.warn(
          "the model is slower than '{}': pairs are left out so that it keeps up; lower "
          "--tokens-per-hour or use a smaller model",
          name);
  }

  sampler::StretchPlan fetch(sampler::StretchPlan step,
                             int part,
                             PixelQueue& pixels,
                             std::stop_token stopped);
  void read(PixelQueue& pixels, std::stop_token stopped);
  void show(const sampler::StretchPlan& step);

  LiveJobOptions options;
  Logger logger;
  std::stop_source stop;
  std::stop_callback<std::function<void()>> pass_on;
  ingest::LiveStream stream;
  WallClock::time_point began;
  std::string name;
  std::string content_hash;
  LivePlanner planner;
  ProgressBoard board;
  LiveCounters live;
  MediaTime seen;  ///< the last frame
  std::int64_t last_room = INT64_MAX;
  std::optional<PairFetcher> fetcher;
  int fetcher_part = -1;
  sampler::RepeatFinder repeats;
};

sampler::StretchPlan LiveJob::Impl::fetch(sampler::StretchPlan step,
                                          int part,
                                          PixelQueue& pixels,
                                          std::stop_token stopped) {
  note_room(last_room, step);
  if (step.pairs.empty()) return step;
  auto& reader = stream.reader(part, step.span.begin);
  if (fetcher_part != part) fetcher.emplace(reader, options.ingest.fetch);
  fetcher_part = part;
  auto* finder = options.ingest.plan.encode_repeats ? nullptr : &repeats;
  std::vector<sampler::PlannedPair*> by_time;
  for (auto& pair : step.pairs) by_time.push_back(&pair);
  std::ranges::sort(by_time, {}, [](const auto* pair) { return pair->first; });
  std::vector<int> lost;
  for (auto* pair : by_time) {
    std::optional<PairPixels> fetched;
    {
      const StageTimer timer(board, &IngestCounters::fetch_seconds);
      fetched = fetcher->fetch(*pair, 0, finder);
    }
    if (!fetched) {
      lost.push_back(pair->rank);
      board.update([](IngestProgress& progress) { ++progress.counters.pairs_skipped; });
      continue;
    }
    *pair = fetched->pair;
    const auto bytes = fetched->bytes();
    if (!pixels.push(std::move(*fetched), bytes, stopped)) stop.request_stop();
  }
  std::erase_if(step.pairs,
                [&](const auto& pair) { return std::ranges::count(lost, pair.rank) > 0; });
  return step;
}

void LiveJob::Impl::show(const sampler::StretchPlan& step) {
  live.stream = stream.stats();
  board.update([&](IngestProgress& progress) {
    progress.planned = step.span.end;
    progress.counters.frames_decoded = live.stream.frames_decoded;
  });
}

void LiveJob::Impl::read(PixelQueue& pixels, std::stop_token stopped) {
  const std::stop_callback end(stopped, [this] { stop.request_stop(); });
  const LiveEvents events{
      .on_frame =
          [&](MediaTime time) {
            seen = time;
            board.update([&](IngestProgress& progress) { progress.end = time; });
            return !pixels.is_closed();
          },
      .room = [&] { return last_room = room(pixels); },
      .on_step =
          [&](sampler::StretchPlan step, int part) {
            show(step);
            return fetch(std::move(step), part, pixels, stopped);
          },
      .on_stretch =
          [&](const sampler::StretchPlan& plan) {
            repeats = {};
            if (!pixels.push(SettledStretch{plan}, sizeof(plan), stopped)) stop.request_stop();
          },
      .on_gap =
          [&](const TimeSpan& gap) {
            ++live.gaps;
            live.unseen += gap.length();
            logger.warn("'{}': nothing was seen from {} to {}",
                        name,
                        to_clock(gap.begin),
                        to_clock(gap.end));
          },
  };
  read_live(stream, planner, options.length, events);
}

LiveJob::LiveJob(const ingest::Source& source,
                 LiveJobOptions options,
                 std::stop_token finish,
                 const Logger& logger)
    : impl_(std::make_unique<Impl>(source, std::move(options), finish, logger)) {
  impl_->board.update([](IngestProgress& progress) { progress.live = true; });
}
LiveJob::~LiveJob() = default;

const std::string& LiveJob::name() const { return impl_->name; }
const ingest::StreamFacts& LiveJob::facts() const { return impl_->stream.facts(); }
IngestProgress LiveJob::progress() const { return impl_->board.read(); }

LiveOutcome LiveJob::run(index::Store& store, model::VisionTower& tower) {
  auto& job = *impl_;
  auto wanted = to_run_record(tower.info(), job.options.ingest);
  wanted.plan_settings += " live=1";
  wanted.video_id = store.put_video(job.video(MediaTime{}));
  const auto run = store.find_or_create_run(wanted);
  {
    const StageTimer timer(job.board, &IngestCounters::wall_seconds);
    EncodeStages stages(job.options.ingest.queue_bytes,
                        job.board,
                        [&](index::Store& open, const index::StretchRecord& stretch) {
                          open.put_video(job.video(stretch.span.end));
                        });
    stages.run(store, tower, run.id, [&](PixelQueue& pixels, std::stop_token stopped) {
      job.read(pixels, stopped);
    });
  }
  store.finish_run(run.id);
  job.live.stream = job.stream.stats();
  job.live.longest_lag = job.planner.longest_lag();
  const auto progress = job.board.read();
  LiveOutcome outcome{{}, job.content_hash, progress.committed, job.live};
  outcome.ingest = {IngestStatus::complete, run.video_id, run.id, false, {}, progress.counters};
  outcome.ingest.done = progress.committed - MediaTime{};
  return outcome;
}

}  // namespace hindsight::pipeline
