#include "pipeline/ingest_job.h"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "core/error.h"
#include "pipeline/fake_tower.h"
#include "pipeline/taken_away.h"
#include "support/hls_origin.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace std::chrono_literals;
using index::OpenMode;
using index::Store;
using pipeline::IngestJob;
using pipeline::IngestOptions;
using pipeline::IngestOutcome;
using pipeline::IngestStatus;
using test::FakeTower;
using test::TempDir;

namespace {

/// 42 s at an awkward rate: four stretches whose ends are not the times of frames.
constexpr int kStretches = 4;

/// Made once for all tests, which leave it as it is.
const std::string& moving_clip() {
  static const TempDir dir;
  static const std::string path =
      test::make_clip(dir.file("moving.mp4"),
                      {"-f",
                       "lavfi",
                       "-i",
                       "testsrc2=size=128x96:rate=30000/1001:duration=42",
                       "-c:v",
                       "libx264",
                       "-preset",
                       "ultrafast",
                       "-g",
                       "50",
                       "-pix_fmt",
                       "yuv420p"});
  return path;
}

IngestOptions short_stretches() {
  IngestOptions options;
  options.plan.stretch_length = 10s;
  options.plan.coverage_floor = 2s;
  options.plan.tokens_per_hour = 200'000;
  return options;
}

IngestOutcome ingest_clip(const std::string& path,
                          Store& store,
                          FakeTower& tower,
                          const IngestOptions& options = short_stretches(),
                          std::stop_token finish = {}) {
  IngestJob job({path, path}, options);
  return job.run(store, tower, finish);
}

/// The content of a store after an undisturbed ingest.
struct Undisturbed {
  std::string content_hash;
  std::int64_t pairs = 0;
};

Undisturbed ingest_undisturbed(const TempDir& dir, const std::string& clip) {
  auto store = Store::open(dir.file("undisturbed.db"), OpenMode::write);
  FakeTower tower;
  const auto outcome = ingest_clip(clip, store, tower);
  REQUIRE(outcome.status == IngestStatus::complete);
  REQUIRE(outcome.counters.stretches == kStretches);
  return {store.verify().content_hash, outcome.counters.pairs_encoded};
}

/// While it lives, no file grows beyond `bytes`: writes fail as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(std::uintmax_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{static_cast<rlim_t>(bytes), before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

/// Ingests the rest and compares the store with an undisturbed one.
void check_resumes(const std::string& clip,
                   Store& store,
                   const Undisturbed& undisturbed,
                   int stretches_kept) {
  FakeTower tower;
  const auto rest = ingest_clip(clip, store, tower);
  CHECK(rest.status == IngestStatus::complete);
  CHECK(rest.resumed == (stretches_kept > 0));
  CHECK(rest.counters.stretches == kStretches - stretches_kept);
  const auto report = store.verify();
  CHECK(report.faults.empty());
  CHECK(report.content_hash == undisturbed.content_hash);
}

}  // namespace

TEST_CASE("a job stores every stretch of the video") {
  const TempDir dir;
  const auto& clip = moving_clip();
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  IngestJob job({"my clip", clip}, short_stretches());
  CHECK_FALSE(job.find_run(store, tower.info()).has_value());
  const auto outcome = job.run(store, tower);
  CHECK(outcome.status == IngestStatus::complete);
  CHECK_FALSE(outcome.resumed);
  CHECK(outcome.counters.stretches == kStretches);
  CHECK(outcome.counters.frames_decoded >= 1258);
  CHECK(outcome.counters.pairs_skipped == 0);
  CHECK(outcome.counters.pairs_encoded == tower.num_encoded);
  CHECK(outcome.done == outcome.counters.stretches * 0s + (job.scan().end - MediaTime{}));

  const auto pairs = store.pairs(outcome.run_id);
  CHECK(static_cast<std::int64_t>(pairs.size()) == outcome.counters.pairs_encoded);
  std::int64_t tokens = 0;
  for (const auto& pair : pairs) {
    tokens += pair.num_tokens;
    CHECK(store.thumbnail(pair.id).starts_with("\xff\xd8\xff"));
  }
  CHECK(tokens == outcome.counters.tokens);
  CHECK(tokens <= 200'000 * 42 / 3600);
  const auto video = store.resolve_video("my clip");
  CHECK(video.content_hash == job.scan().content_hash);
  CHECK(video.end == job.scan().end);
  CHECK(job.find_run(store, tower.info())->complete);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("progress ends where the video ends, and every stage has used time") {
  const TempDir dir;
  const auto& clip = moving_clip();
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  IngestJob job({clip, clip}, short_stretches());
  CHECK(job.progress().committed == MediaTime{});
  bool ascends = true;
  tower.before_input = [&](int) {
    const auto now = job.progress();
    ascends = ascends && now.committed <= now.encoded && now.encoded <= now.planned;
  };
  (void)job.run(store, tower);
  CHECK(ascends);
  const auto last = job.progress();
  CHECK(last.committed == last.end);
  CHECK(last.encoded == last.end);
  const auto& counters = last.counters;
  for (const double seconds : {counters.scan_seconds,
                               counters.plan_seconds,
                               counters.fetch_seconds,
                               counters.encode_seconds,
                               counters.commit_seconds}) {
    CHECK(seconds > 0);
  }
  CHECK(counters.wall_seconds >= counters.encode_seconds);
}

TEST_CASE("the same video again, under another name too, encodes nothing") {
  const TempDir dir;
  const auto& clip = moving_clip();
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  const auto first = ingest_clip(clip, store, tower);
  const auto hash = store.verify().content_hash;
  const int encoded = tower.num_encoded;

  const auto again = ingest_clip(clip, store, tower);
  CHECK(again.status == IngestStatus::already_stored);
  CHECK(again.run_id == first.run_id);
  CHECK(again.counters.pairs_encoded == 0);
  CHECK(again.counters.frames_decoded == 0);
  CHECK(store.verify().content_hash == hash);

  const auto copy = dir.file("copy.mp4");
  std::filesystem::copy_file(clip, copy);
  CHECK(ingest_clip(copy, store, tower).status == IngestStatus::already_stored);
  CHECK(tower.num_encoded == encoded);
  CHECK(store.videos().size() == 1);
  CHECK(store.resolve_video(copy).id == first.video_id);
  CHECK(store.resolve_video(clip).id == first.video_id);
}

TEST_CASE("a finished playlist is found again by its URL") {
  const TempDir dir;
  test::HlsOrigin origin;
  origin.add(test::make_clip(dir.file("v.ts"),
                             {"-f", "lavfi", "-i", "testsrc2=size=128x96:rate=12:duration=12", "-c:v",
                              "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}),
             12);
  origin.finish();
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  const auto outcome = ingest_clip(origin.url(), store, tower);
  CHECK(outcome.status == IngestStatus::complete);
  CHECK(store.resolve_video(origin.url()).id == outcome.video_id);
  REQUIRE(store.video_names(outcome.video_id).size() == 1);
  CHECK(store.video_names(outcome.video_id)[0].path == origin.url());
}

TEST_CASE("another model, dtype or codec adds a run and shares nothing") {
  const TempDir dir;
  const auto& clip = moving_clip();
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower first;
  const auto a = ingest_clip(clip, store, first);
  FakeTower second("fake-2");
  const auto b = ingest_clip(clip, store, second);
  auto options = short_stretches();
  options.codec = index::TokenCodec::bf16;
  const auto c = ingest_clip(clip, store, second, options);
  CHECK(first.num_encoded == a.counters.pairs_encoded);
  CHECK(b.counters.pairs_encoded == a.counters.pairs_encoded);
  CHECK(c.counters.pairs_encoded == a.counters.pairs_encoded);
  FakeTower other_dtype("fake-2", "bf16");
  const auto d = ingest_clip(clip, store, other_dtype);
  CHECK(d.counters.pairs_encoded == a.counters.pairs_encoded);
  CHECK(store.runs(a.video_id).size() == 4);
  CHECK(store.pairs(a.run_id).size() == store.pairs(b.run_id).size());
}

TEST_CASE("a plan that chooses pairs whose tokens are stored does not encode them again") {
  const TempDir dir;
  const auto& clip = moving_clip();
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  const auto first = ingest_clip(clip, store, tower);
  auto options = short_stretches();
  options.plan.max_tokens = 1'000'000;  // another setting that leads to the same plan
  const auto second = ingest_clip(clip, store, tower, options);
  CHECK(second.run_id != first.run_id);
  CHECK(second.counters.pairs_encoded == 0);
  CHECK(second.counters.pairs_reused == first.counters.pairs_encoded);
  std::vector<std::int64_t> ids;
  for (const auto& pair : store.pairs(first.run_id)) ids.push_back(pair.id);
  const auto tokens = store.read_tokens(ids);
  ids.clear();
  for (const auto& pair : store.pairs(second.run_id)) ids.push_back(pair.id);
  CHECK(store.read_tokens(ids) == tokens);
}

TEST_CASE("subtitles beside the video are kept with its tokens") {
  const TempDir dir;
  const auto clip = dir.file("moving.mp4");
  std::filesystem::copy_file(moving_clip(), clip);
  std::ofstream(dir.file("moving.srt")) << "1\n00:00:01,000 --> 00:00:02,500\nthe red car\n";
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  const auto outcome = ingest_clip(clip, store, tower);
  const auto texts = store.texts(outcome.video_id);
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].text == "the red car");
  CHECK(texts[0].span == TimeSpan{MediaTime{1s}, MediaTime{2500ms}});
}

TEST_CASE(
    "a stop finishes the stretch that is being encoded, and the next call ends with the same "
    "content") {
  const TempDir dir;
  const auto& clip = moving_clip();
  const auto undisturbed = ingest_undisturbed(dir, clip);
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  std::stop_source finish;
  // In the middle of the first stretch.
  tower.before_input = [&](int before) {
    if (before == 1) finish.request_stop();
  };
  const auto outcome = ingest_clip(clip, store, tower, short_stretches(), finish.get_token());
  CHECK(outcome.status == IngestStatus::interrupted);
  CHECK(outcome.counters.stretches == 1);
  CHECK(outcome.done == 10s);
  CHECK_FALSE(store.find_run(outcome.run_id)->complete);
  check_resumes(clip, store, undisturbed, 1);
}

TEST_CASE("a stop before the first pair ends at once") {
  const TempDir dir;
  const auto& clip = moving_clip();
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  std::stop_source finish;
  finish.request_stop();
  const auto outcome = ingest_clip(clip, store, tower, short_stretches(), finish.get_token());
  CHECK(outcome.status == IngestStatus::interrupted);
  CHECK(tower.num_encoded == 0);
  CHECK(outcome.counters.stretches == 0);
}

TEST_CASE("a failure keeps what was committed, and the next call ends with the same content") {
  const TempDir dir;
  const auto& clip = moving_clip();
  const auto undisturbed = ingest_undisturbed(dir, clip);
  for (const int fails_at : {0, 1, static_cast<int>(undisturbed.pairs) - 1}) {
    CAPTURE(fails_at);
    auto store = Store::open(dir.file("store" + std::to_string(fails_at) + ".db"), OpenMode::write);
    FakeTower tower;
    tower.before_input = [&](int before) {
      if (before == fails_at) throw Error(ErrorCode::exhausted, "no memory for the tower");
    };
    CHECK_THROWS_WITH_AS((void)ingest_clip(clip, store, tower), "no memory for the tower", Error);
    CHECK(store.verify().faults.empty());
    const auto video = store.resolve_video(clip);
    const auto runs = store.runs(video.id);
    REQUIRE(runs.size() == 1);
    CHECK_FALSE(runs[0].complete);
    CHECK(runs[0].stretches_done == (fails_at < 2 ? 0 : kStretches - 1));
    check_resumes(clip, store, undisturbed, runs[0].stretches_done);
  }
}

TEST_CASE("a video that is taken away ends the job in one sentence and keeps the store sound") {
  for (const auto& row : test::taken_away()) {
    CAPTURE(row.name);
    const TempDir dir;
    const auto& original = moving_clip();
    const auto undisturbed = ingest_undisturbed(dir, original);
    const auto clip = dir.file("clip.mp4");
    std::filesystem::copy_file(original, clip);
    auto store = Store::open(dir.file("store.db"), OpenMode::write);
    FakeTower tower;
    auto options = short_stretches();
    options.queue_bytes = 1;  // the fetcher cannot be ahead by more than a pair
    tower.before_input = [&](int before) {
      if (before == 0) row.happens(clip);
    };
    const auto message = sentence(row, clip);
    CHECK_THROWS_WITH_AS((void)ingest_clip(clip, store, tower, options), message.c_str(), Error);
    CHECK(store.verify().faults.empty());
    CHECK(store.runs(store.resolve_video(clip).id).at(0).stretches_done == 0);
    check_resumes(original, store, undisturbed, 0);
  }
}

TEST_CASE("a full disk ends the job in one sentence and keeps the stretches before") {
  const TempDir dir;
  const auto& clip = moving_clip();
  const auto undisturbed = ingest_undisturbed(dir, clip);
  const auto path = dir.file("store.db");
  auto store = Store::open(path, OpenMode::write);
  FakeTower tower;
  IngestJob job({clip, clip}, short_stretches());
  std::optional<FullDisk> full;
  tower.before_input = [&](int) {
    if (full || job.progress().encoded < MediaTime{10s}) return;
    while (job.progress().committed < MediaTime{10s}) std::this_thread::yield();
    full.emplace(std::filesystem::file_size(path + "-wal"));
  };
  const auto message = "the token cache '" + path +
                       "' cannot grow: the disk is full; free some space and give the command "
                       "again, what was committed is kept";
  CHECK_THROWS_WITH_AS((void)job.run(store, tower), message.c_str(), Error);
  full.reset();
  CHECK(store.verify().faults.empty());
  const int kept = store.runs(store.resolve_video(clip).id).at(0).stretches_done;
  CHECK(kept >= 1);
  CHECK(kept < kStretches);
  check_resumes(clip, store, undisturbed, kept);
}

TEST_CASE("settings that contradict each other are refused before anything is read") {
  auto options = short_stretches();
  options.plan.max_pair_tokens = options.plan.min_pair_tokens - 1;
  CHECK_THROWS_AS(IngestJob({"x", "/nowhere/x.mp4"}, options), Error);
}

TEST_CASE("what is not there is refused by name") {
  try {
    IngestJob job({"x", "/nowhere/x.mp4"}, short_stretches());
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::unreadable_input);
    CHECK(std::string(e.what()).find("/nowhere/x.mp4") != std::string::npos);
  }
}
