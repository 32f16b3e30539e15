// An ingest of a scene that mostly stands still.
#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "pipeline/fake_tower.h"
#include "pipeline/ingest_job.h"
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

/// Something of 4 x 8 pixels stands there from 21 to 27 s: too small and too still for activity.
constexpr TimeSpan kVisit{MediaTime{21s}, MediaTime{27s}};

/// A minute of colour bars under a sensor's noise.
const std::string& still_clip() {
  static const TempDir dir;
  static const std::string path = test::make_clip(
      dir.file("still.mp4"),
      {"-f",
       "lavfi",
       "-i",
       "smptebars=size=320x180:rate=10:duration=60",
       "-vf",
       "noise=alls=3:allf=t:all_seed=1,drawbox=x=100:y=60:w=4:h=8:color=black:t=fill:"
       "enable='between(t,21,26.99)'",
       "-c:v",
       "libx264",
       "-preset",
       "ultrafast",
       "-g",
       "20",
       "-pix_fmt",
       "yuv420p"});
  return path;
}

IngestOptions options() {
  IngestOptions options;
  options.plan.stretch_length = 20s;
  options.plan.coverage_floor = 2s;
  options.plan.tokens_per_hour = 60'000;
  options.plan.max_pair_tokens = 32;
  return options;
}

IngestOutcome ingest_still(Store& store,
                           FakeTower& tower,
                           const IngestOptions& options,
                           std::stop_token finish = {}) {
  IngestJob job({still_clip(), still_clip()}, options);
  return job.run(store, tower, finish);
}

/// What a run chose and what became of it, one line a pair.
std::vector<std::string> lines_of(const Store& store, std::int64_t run_id) {
  std::vector<std::string> lines;
  for (const auto& pair : store.pairs(run_id)) {
    lines.push_back(fmt::format("{} {} {} {} {}x{} {}",
                                pair.stretch,
                                pair.rank,
                                pair.first.ns(),
                                pair.second.ns(),
                                pair.width,
                                pair.height,
                                pair.same_as.value_or(-1)));
  }
  return lines;
}

}  // namespace

TEST_CASE("a still scene is encoded a few times a stretch, and what visits it is never the same") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  const auto outcome = ingest_still(store, tower, options());
  const auto& counters = outcome.counters;
  const auto pairs = store.pairs(outcome.run_id);
  REQUIRE(std::ssize(pairs) >= 30);
  CHECK(counters.pairs_same >= std::ssize(pairs) / 3);
  CHECK(counters.pairs_encoded == tower.num_encoded);
  CHECK(counters.pairs_encoded + counters.pairs_same == std::ssize(pairs));

  const auto shows_it = [](const index::StoredPair& pair) {
    return std::pair(kVisit.contains(pair.first), kVisit.contains(pair.second));
  };
  std::int64_t tokens = 0;
  int visits = 0;
  for (const auto& pair : pairs) {
    visits += static_cast<int>(shows_it(pair).first);
    if (!pair.same_as) {
      tokens += pair.num_tokens;
      continue;
    }
    const auto original = std::ranges::find_if(
        pairs, [&](const auto& other) { return other.id == pair.original_id; });
    REQUIRE(original != pairs.end());
    CHECK(original->rank < pair.rank);
    CHECK(shows_it(*original) == shows_it(pair));
  }
  CHECK(visits >= 2);
  CHECK(counters.tokens == tokens);
  CHECK(store.tokens_spent(outcome.run_id) == tokens);
  CHECK(store.run_stats(outcome.run_id).coverage.share == doctest::Approx(1));
  CHECK(store.verify().faults.empty());
}

TEST_CASE("what becomes of a plan depends neither on interruptions nor on what is stored") {
  const TempDir dir;
  auto undisturbed = Store::open(dir.file("undisturbed.db"), OpenMode::write);
  FakeTower tower;
  const auto expected = ingest_still(undisturbed, tower, options());

  auto stopped = Store::open(dir.file("stopped.db"), OpenMode::write);
  FakeTower other;
  std::stop_source finish;
  other.before_input = [&](int) { finish.request_stop(); };
  CHECK(ingest_still(stopped, other, options(), finish.get_token()).status ==
        IngestStatus::interrupted);
  CHECK(ingest_still(stopped, other, options()).resumed);
  CHECK(stopped.verify().content_hash == undisturbed.verify().content_hash);

  auto filled = Store::open(dir.file("filled.db"), OpenMode::write);
  auto encode_all = options();
  encode_all.plan.encode_repeats = true;
  const auto all = ingest_still(filled, tower, encode_all);
  CHECK(all.counters.pairs_same == 0);
  CHECK(filled.run_stats(all.run_id).num_repeats == 0);
  const auto after = ingest_still(filled, tower, options());
  CHECK(after.counters.pairs_same == expected.counters.pairs_same);
  CHECK(after.counters.pairs_reused > 0);
  CHECK(lines_of(filled, after.run_id) == lines_of(undisturbed, expected.run_id));
}

TEST_CASE("what repeats leave of a budget goes to later stretches, and it is never exceeded") {
  const TempDir dir;
  auto store = Store::open(dir.file("store.db"), OpenMode::write);
  FakeTower tower;
  auto tight = options();
  tight.plan.max_tokens = 300;
  const auto shared = ingest_still(store, tower, tight);
  tight.plan.encode_repeats = true;
  const auto all = ingest_still(store, tower, tight);
  CHECK(store.tokens_spent(shared.run_id) <= 300);
  CHECK(store.tokens_spent(all.run_id) <= 300);
  CHECK(store.pairs(shared.run_id).size() > store.pairs(all.run_id).size());
}
