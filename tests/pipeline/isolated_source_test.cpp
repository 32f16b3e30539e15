// A decoder that crashes or hangs: played by a source that stands between the job and the file.
#include "pipeline/isolated_source.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "index/store.h"
#include "pipeline/fake_tower.h"
#include "pipeline/ingest_job.h"
#include "pipeline/sabotaged_source.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace std::chrono_literals;
using index::OpenMode;
using index::Store;
using pipeline::IngestJob;
using pipeline::IngestOptions;
using pipeline::IngestStatus;
using pipeline::SourceInputs;
using test::FakeTower;
using test::Moment;
using test::Sabotage;
using test::SabotagedSource;
using test::SharedCount;
using test::TempDir;

namespace {

[[noreturn]] void hang() {
  while (true) pause();
}

/// 42 s in four stretches of 10 s, the last one longer; key frames are too rare to climb by them.
const std::string& clip() {
  static const TempDir dir;
  static const std::string path = test::make_clip(dir.file("moving.mp4"),
                                                  {"-f",
                                                   "lavfi",
                                                   "-i",
                                                   "testsrc2=size=128x96:rate=10:duration=42",
                                                   "-c:v",
                                                   "libx264",
                                                   "-preset",
                                                   "ultrafast",
                                                   "-g",
                                                   "25",
                                                   "-pix_fmt",
                                                   "yuv420p"});
  return path;
}

IngestOptions options_with(Sabotage sabotage) {
  IngestOptions options;
  options.plan.stretch_length = 10s;
  options.plan.coverage_floor = 2s;
  options.plan.tokens_per_hour = 200'000;
  options.open_source = [sabotage = std::move(sabotage)](const SourceInputs& inputs) {
    return std::make_unique<SabotagedSource>(inputs, sabotage);
  };
  return options;
}

IngestOptions undisturbed() {
  return options_with([](Moment, int) {});
}

struct Result {
  pipeline::IngestOutcome outcome;
  std::vector<std::string> warnings;
};

Result ingest_clip(Store& store, const IngestOptions& options, std::stop_token finish = {}) {
  Result result;
  FakeTower tower;
  IngestJob job(
      {"my clip", clip()}, options, {LogLevel::warn, [&](LogLevel, std::string_view line) {
                                       result.warnings.emplace_back(line);
                                     }});
  result.outcome = job.run(store, tower, finish);
  return result;
}

std::vector<MediaTime> pair_times(const Store& store, std::int64_t run_id, int left_out) {
  std::vector<MediaTime> times;
  for (const auto& pair : store.pairs(run_id)) {
    if (pair.stretch != left_out) times.push_back(pair.first);
  }
  return times;
}

void expect_error(const IngestOptions& options, ErrorCode code, const std::string& message) {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  try {
    (void)ingest_clip(store, options);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == message);
    CHECK(error.code() == code);
  }
  CHECK(store.verify().faults.empty());
}

}  // namespace

TEST_CASE("a decoder that crashes or hangs costs its stretch, which is kept as not covered") {
  struct Row {
    std::string name;
    Moment moment;
    std::function<void()> deed;
    std::string why;
  };
  const std::vector<Row> rows{
      {"crash in planning",
       Moment::plan,
       [] { std::raise(SIGSEGV); },
       "the decoder crashed (Segmentation fault)"},
      {"crash in fetching",
       Moment::fetch,
       [] { std::raise(SIGSEGV); },
       "the decoder crashed (Segmentation fault)"},
      {"abort", Moment::plan, [] { std::abort(); }, "the decoder crashed (Aborted)"},
      {"division by zero",
       Moment::fetch,
       [] { std::raise(SIGFPE); },
       "the decoder crashed (Floating point exception)"},
      {"exit", Moment::plan, [] { _exit(3); }, "the decoder ended its process (3)"},
      {"hang in planning", Moment::plan, hang, "the decoder stood still for 3 s"},
      {"hang in fetching", Moment::fetch, hang, "the decoder stood still for 3 s"},
  };
  const TempDir dir;
  auto whole = Store::open(dir.file("whole.db"), OpenMode::write);
  const auto expected = ingest_clip(whole, undisturbed());
  REQUIRE(expected.outcome.counters.stretches == 4);
  CHECK(whole.gaps(expected.outcome.run_id).empty());
  for (const int stretch : {0, 2, 3}) {
    for (const auto& row : rows) {
      if (stretch != 2 && row.name != "crash in planning") continue;
      CAPTURE(row.name);
      CAPTURE(stretch);
      auto store =
          Store::open(dir.file(fmt::format("{}{}.db", row.name, stretch)), OpenMode::write);
      auto options = options_with([&](Moment moment, int at) {
        if (moment == row.moment && at == stretch) row.deed();
      });
      // Short only where it is waited for: a busy machine is no hanging decoder.
      if (row.name.starts_with("hang")) options.stall = 3s;
      const auto result = ingest_clip(store, options);
      const auto& outcome = result.outcome;
      CHECK(outcome.status == IngestStatus::complete);
      CHECK(outcome.counters.stretches == 4);
      CHECK(outcome.counters.stretches_lost == 1);
      const auto from = MediaTime{stretch * 10s};
      const auto until = stretch == 3 ? MediaTime{42s} : MediaTime{stretch * 10s + 10s};
      REQUIRE(result.warnings.size() == 1);
      CHECK(result.warnings[0] ==
            fmt::format("1 stretch of 'my clip' could not be decoded and is kept as not covered: "
                        "{} to {} ({}); check that the file plays there",
                        to_clock(from),
                        to_clock(until),
                        row.why));
      CHECK(store.verify().faults.empty());
      // Nothing of the stretch, not what was with the tower either; everything of the others.
      const auto times = pair_times(store, outcome.run_id, -1);
      CHECK(times == pair_times(store, outcome.run_id, stretch));
      CHECK(times == pair_times(whole, expected.outcome.run_id, stretch));
      CHECK(store.gaps(outcome.run_id) == std::vector<index::Gap>{{{from, until}, index::GapReason::not_decoded}});
      const auto gap = store.run_stats(outcome.run_id).coverage.widest_gap;
      CHECK(gap.begin <= from);
      CHECK(gap.end >= until);
      CHECK(ingest_clip(store, undisturbed()).outcome.status == IngestStatus::already_stored);
    }
  }
}

TEST_CASE("an accident that does not repeat itself costs nothing") {
  const TempDir dir;
  auto whole = Store::open(dir.file("whole.db"), OpenMode::write);
  (void)ingest_clip(whole, undisturbed());
  for (const auto moment : {Moment::plan, Moment::fetch}) {
    SharedCount crashes;
    auto store =
        Store::open(dir.file(moment == Moment::plan ? "plan.db" : "fetch.db"), OpenMode::write);
    const auto result = ingest_clip(store, options_with([&](Moment now, int stretch) {
                                      if (now == moment && stretch == 1 && (*crashes)++ == 0)
                                        std::raise(SIGSEGV);
                                    }));
    CHECK(*crashes == 2);
    CHECK(result.outcome.counters.stretches_lost == 0);
    CHECK(result.warnings.empty());
    CHECK(store.verify().content_hash == whole.verify().content_hash);
  }
}

TEST_CASE("another process gives what this one gives") {
  const TempDir dir;
  auto apart = Store::open(dir.file("apart.db"), OpenMode::write);
  const auto a = ingest_clip(apart, undisturbed());
  auto here = Store::open(dir.file("here.db"), OpenMode::write);
  auto options = undisturbed();
  options.in_process = true;
  const auto b = ingest_clip(here, options);
  CHECK(apart.verify().content_hash == here.verify().content_hash);
  CHECK(a.outcome.counters.frames_decoded == b.outcome.counters.frames_decoded);
}

TEST_CASE("a decoder that crashes at one stretch after the other ends the job in one sentence") {
  auto options = options_with([](Moment moment, int) {
    if (moment == Moment::plan) std::raise(SIGSEGV);
  });
  const auto long_clip = [](const TempDir& dir) {
    return test::make_clip(dir.file("long.mp4"),
                           {"-f",
                            "lavfi",
                            "-i",
                            "testsrc2=size=64x48:rate=2:duration=120",
                            "-c:v",
                            "libx264",
                            "-preset",
                            "ultrafast",
                            "-pix_fmt",
                            "yuv420p"});
  };
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  const auto path = long_clip(dir);
  IngestJob job({path, path}, options);
  CHECK_THROWS_WITH_AS((void)job.run(store, tower),
                       "8 stretches in a row could not be decoded, the last one at 00:01:10.000 "
                       "(the decoder crashed (Segmentation fault)); what was finished is kept; "
                       "check that the file plays, or convert it to H.264",
                       Error);
  CHECK(store.runs(store.resolve_video(path).id).at(0).stretches_done == 7);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("a decoder that is lost before the video is known refuses that video alone") {
  auto crash = options_with([](Moment moment, int) {
    if (moment == Moment::open) std::raise(SIGBUS);
  });
  expect_error(crash,
               ErrorCode::unreadable_input,
               fmt::format("cannot read '{}': the decoder crashed (Bus error) at its beginning; "
                           "check that it plays elsewhere, or convert it to H.264",
                           clip()));
  auto still = options_with([](Moment moment, int) {
    if (moment == Moment::open) hang();
  });
  still.stall = 1s;
  expect_error(still,
               ErrorCode::unreadable_input,
               fmt::format("cannot read '{}': the decoder stood still for 1 s at its beginning; "
                           "check that it plays elsewhere, or convert it to H.264",
                           clip()));
}

TEST_CASE("errors of the other process arrive as they are") {
  for (const auto moment : {Moment::open, Moment::plan, Moment::fetch}) {
    expect_error(options_with([&](Moment now, int) {
                   if (now == moment) throw Error(ErrorCode::store, "the disk burns");
                 }),
                 ErrorCode::store,
                 "the disk burns");
  }
  expect_error(options_with([](Moment now, int) {
                 if (now == Moment::plan) throw std::bad_alloc();
               }),
               ErrorCode::exhausted,
               "memory does not suffice to decode the video; close other programs");
}

TEST_CASE("a decoder that the system kills is no fault of the video") {
  expect_error(options_with([](Moment moment, int stretch) {
                 if (moment == Moment::plan && stretch == 1) std::raise(SIGKILL);
               }),
               ErrorCode::exhausted,
               fmt::format("the process that decodes '{}' was killed, probably because memory was "
                           "short; close other programs and repeat the command, it goes on where "
                           "this one ended",
                           clip()));
}

TEST_CASE("a speed that cannot be measured is unknown") {
  IngestJob job({"my clip", clip()}, options_with([](Moment moment, int) {
                  if (moment == Moment::measure) std::raise(SIGSEGV);
                }));
  CHECK(job.measure_decoding() == 0);
  IngestJob sound({"my clip", clip()}, undisturbed());
  CHECK(sound.measure_decoding() > 0);
}

TEST_CASE("a stop does not wait for a decoder that hangs") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  std::stop_source finish;
  SharedCount hangs;
  auto options = options_with([&](Moment moment, int stretch) {
    if (moment != Moment::plan || stretch != 1) return;
    ++*hangs;
    hang();
  });
  options.stall = 1h;
  FakeTower tower;
  IngestJob job({"my clip", clip()}, options);
  const std::jthread user([&] {
    while (*hangs == 0) std::this_thread::yield();
    finish.request_stop();
  });
  const auto outcome = job.run(store, tower, finish.get_token());
  CHECK(outcome.status == IngestStatus::interrupted);
  CHECK(outcome.counters.stretches == 1);
}

TEST_CASE("processes that decode end with the job, and hold nothing of it") {
  const TempDir dir;
  std::optional<Store> store = Store::open(dir.file("store.db"), OpenMode::write);
  {
    IngestJob job({"my clip", clip()}, undisturbed());
    (void)job.measure_decoding();
    store.reset();
    // Refused if another process still had the lock.
    CHECK_NOTHROW(store = Store::open(dir.file("store.db"), OpenMode::write));
  }
  CHECK(waitpid(-1, nullptr, 0) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("processes that decode end when the job is killed, hanging or not") {
  SharedCount worker;
  const pid_t job = fork();
  REQUIRE(job >= 0);
  if (job == 0) {
    IngestJob doomed({"my clip", clip()}, options_with([&](Moment moment, int) {
                       if (moment != Moment::measure) return;
                       *worker = getpid();
                       hang();
                     }));
    (void)doomed.measure_decoding();
    _exit(0);
  }
  while (*worker == 0) std::this_thread::yield();
  kill(job, SIGKILL);
  REQUIRE(waitpid(job, nullptr, 0) == job);
  // Gone, or waiting for whoever adopted it to take note.
  const auto state = fmt::format("/proc/{}/stat", worker.operator*().load());
  const auto is_alive = [&] {
    std::ifstream file(state);
    std::string id;
    std::string name;
    char letter = 'X';
    file >> id >> name >> letter;
    return file.good() && letter != 'Z' && letter != 'X';
  };
  while (is_alive()) std::this_thread::yield();
  CHECK_FALSE(is_alive());
}
