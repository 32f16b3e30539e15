#include "pipeline/live_job.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "pipeline/fake_tower.h"
#include "support/make_clip.h"
#include "support/pipe_writer.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace std::chrono_literals;
using index::OpenMode;
using index::Store;
using pipeline::IngestStatus;
using pipeline::LiveJob;
using pipeline::LiveJobOptions;
using pipeline::LiveOutcome;
using test::FakeTower;
using test::PipeWriter;
using test::TempDir;

namespace {

/// Something moves all the time: 40 s in four stretches.
std::string moving_clip(const TempDir& dir,
                        const std::string& name = "moving.ts",
                        const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{
      "-f", "lavfi", "-i", "testsrc2=size=128x96:rate=12:duration=40", "-c:v", "libx264", "-preset",
      "ultrafast", "-g", "24", "-pix_fmt", "yuv420p"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::make_clip(dir.file(name), arguments);
}

LiveJobOptions short_stretches() {
  LiveJobOptions options;
  options.ingest.plan.stretch_length = 10s;
  options.ingest.plan.coverage_floor = 5s;
  options.ingest.plan.tokens_per_hour = 200'000;
  return options;
}

ingest::Source source_of(const PipeWriter& writer) { return {"camera", writer.path()}; }

/// Everything that was logged.
struct Lines {
  std::vector<std::string> lines;
  Logger logger{LogLevel::warn,
                [this](LogLevel, std::string_view line) { lines.emplace_back(line); }};
};

}  // namespace

TEST_CASE("a recording stores what it sees while it goes on") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  const PipeWriter writer(dir.file("pipe"), {moving_clip(dir)});
  LiveJob job(source_of(writer), short_stretches());
  CHECK(job.name().starts_with("camera@20"));
  CHECK(job.facts().width == 128);
  FakeTower tower;
  bool was_readable = false;
  tower.before_input = [&](int) {
    if (job.progress().counters.stretches < 2) return;
    const auto reader = Store::open(dir.file("store.db"), OpenMode::read);
    const auto video = reader.resolve_video(job.name());
    was_readable = video.end >= MediaTime{20s} &&
                   !reader.pairs(reader.runs(video.id).at(0).id).empty();
  };
  const auto outcome = job.run(store, tower);
  CHECK(was_readable);
  CHECK(outcome.ingest.status == IngestStatus::complete);
  CHECK(outcome.ingest.counters.stretches == 4);
  CHECK(outcome.ingest.counters.pairs_skipped == 0);
  CHECK(to_seconds(outcome.end) == doctest::Approx(40));
  CHECK(outcome.live.gaps == 0);
  CHECK(outcome.live.longest_lag <= 5s);
  CHECK(outcome.live.steps_lowered == 0);
  CHECK(outcome.live.stream.most_kept_packets < 12 * 10);
  const auto video = store.resolve_video(outcome.content_hash);
  CHECK(video.end == outcome.end);
  CHECK(video.path == "camera");
  CHECK(video.facts_json.find("\"live\":true") != std::string::npos);
  const auto stats = store.run_stats(outcome.ingest.run_id);
  CHECK(stats.coverage.share == doctest::Approx(1));
  const auto& counters = outcome.ingest.counters;
  CHECK(stats.num_pairs == counters.pairs_encoded + counters.pairs_same);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("two recordings of one source are two videos") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto clip = moving_clip(dir);
  FakeTower tower;
  for (int i = 0; i < 2; ++i) {
    const PipeWriter writer(dir.file("pipe"), {clip});
    auto options = short_stretches();
    options.length = 5s;
    const auto outcome = LiveJob(source_of(writer), options).run(store, tower);
    CHECK(to_seconds(outcome.end) == doctest::Approx(5).epsilon(0.02));
  }
  CHECK(store.videos().size() == 2);
}

TEST_CASE("what shows the same is not encoded again, and its original is in the store") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto still = test::make_clip(
      dir.file("still.ts"),
      {"-f", "lavfi", "-i", "color=gray:size=128x96:rate=10:duration=30", "-c:v", "libx264"});
  const PipeWriter writer(dir.file("pipe"), {still});
  FakeTower tower;
  const auto outcome = LiveJob(source_of(writer), short_stretches()).run(store, tower);
  CHECK(outcome.ingest.counters.pairs_same > 0);
  // One of each stretch.
  CHECK(outcome.ingest.counters.pairs_encoded == 3);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("a tower that is slower than the source gets fewer pairs, not a longer queue") {
  const TempDir dir;
  const auto clip = moving_clip(dir);
  const auto record = [&](const std::string& name, MediaDuration elapsed, Lines& log) {
    auto store = Store::open(dir.file(name), OpenMode::write);
    const PipeWriter writer(dir.file("pipe"), {clip});
    auto options = short_stretches();
    options.ingest.queue_bytes = std::size_t{2} << 20;
    options.elapsed = [elapsed] { return elapsed; };
    LiveJob job(source_of(writer), options, {}, log.logger);
    FakeTower tower;
    // The first pair takes as long as all of the stream; a reader that waits for the tower is given
    // a moment.
    const bool reader_waits = elapsed == 0s;
    tower.before_input = [&, reader_waits](int number) {
      if (number > 0) return;
      const auto limit = std::chrono::steady_clock::now() + (reader_waits ? 400ms : 600s);
      while (job.progress().end < MediaTime{39s} && std::chrono::steady_clock::now() < limit)
        std::this_thread::sleep_for(20ms);
    };
    const auto outcome = job.run(store, tower);
    CHECK(store.verify().faults.empty());
    return outcome;
  };
  Lines behind;
  const auto late = record("late.db", 1h, behind);
  CHECK(late.live.steps_lowered > 0);
  CHECK(to_seconds(late.end) == doctest::Approx(40));
  CHECK(std::ranges::count_if(behind.lines, [](const std::string& line) {
          return line.find("slower than") != std::string::npos;
        }) == 1);
  Lines ahead;
  const auto waited = record("waited.db", 0s, ahead);
  CHECK(waited.live.steps_lowered == 0);
  CHECK(ahead.lines.empty());
  CHECK(waited.ingest.counters.tokens > late.ingest.counters.tokens);
}

TEST_CASE("a gap is recorded as one") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  const PipeWriter writer(
      dir.file("pipe"),
      {moving_clip(dir, "a.ts"), moving_clip(dir, "b.ts", {"-output_ts_offset", "100"})});
  FakeTower tower;
  Lines log;
  const auto outcome =
      LiveJob(source_of(writer), short_stretches(), {}, log.logger).run(store, tower);
  CHECK(outcome.live.gaps == 1);
  CHECK(to_seconds(outcome.live.unseen) == doctest::Approx(60).epsilon(0.01));
  CHECK(to_seconds(outcome.end) == doctest::Approx(140).epsilon(0.01));
  const auto stats = store.run_stats(outcome.ingest.run_id);
  const auto gaps = store.gaps(outcome.ingest.run_id);
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].reason == index::GapReason::not_seen);
  CHECK(to_seconds(gaps[0].span.begin) == doctest::Approx(40).epsilon(0.01));
  CHECK(to_seconds(gaps[0].span.end) == doctest::Approx(100).epsilon(0.01));
  CHECK(stats.coverage.share == doctest::Approx(80.0 / 140).epsilon(0.01));
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0].find("nothing was seen from 00:00:40") != std::string::npos);
}

TEST_CASE("a stop ends the recording, and what was seen is stored") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  const PipeWriter writer(dir.file("pipe"), {moving_clip(dir)}, /*stays_open=*/true);
  std::stop_source stop;
  LiveJob job(source_of(writer), short_stretches(), stop.get_token());
  FakeTower tower;
  std::jthread watcher([&] {
    while (job.progress().counters.stretches < 3) std::this_thread::sleep_for(1ms);
    stop.request_stop();
  });
  const auto outcome = job.run(store, tower);
  CHECK(outcome.ingest.status == IngestStatus::complete);
  CHECK(outcome.ingest.counters.stretches >= 3);
  CHECK(store.find_run(outcome.ingest.run_id)->complete);
  CHECK(store.verify().faults.empty());

  const PipeWriter silent(dir.file("other"), {}, /*stays_open=*/true);
  try {
    LiveJob(source_of(silent), short_stretches(), stop.get_token());
    FAIL("a recording began after the stop");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::interrupted);
  }
}

TEST_CASE("a tower that fails ends a recording that would not, and the stretches before stay") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  const PipeWriter writer(dir.file("pipe"), {moving_clip(dir)}, /*stays_open=*/true);
  LiveJob job(source_of(writer), short_stretches());
  FakeTower tower;
  tower.before_input = [&](int) {
    if (job.progress().counters.stretches >= 2)
      throw Error(ErrorCode::exhausted, "the device is full");
  };
  CHECK_THROWS_WITH_AS((void)job.run(store, tower), "the device is full", Error);
  const auto videos = store.videos();
  REQUIRE(videos.size() == 1);
  const auto run = store.runs(videos[0].id).at(0);
  CHECK_FALSE(run.complete);
  CHECK(run.stretches_done >= 2);
  CHECK(store.verify().faults.empty());
}
