#include <filesystem>

#include <doctest/doctest.h>

#include "core/error.h"
#include "index/coverage.h"
#include "index/support.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;

TEST_CASE("coverage and the widest gap") {
  const auto pair = [](double begin, double end) {
    StoredPair p;
    p.first = at(begin);
    p.second = at(begin + 0.5);
    p.covers = span(begin, end);
    return p;
  };
  struct Row {
    std::string name;
    std::vector<StoredPair> pairs;
    double share;
    TimeSpan gap;
  };
  const std::vector<Row> rows{
      {"nothing was looked at", {}, 0.0, span(0, 100)},
      {"all of it, once", {pair(0, 100)}, 1.0, span(0.5, 100)},
      {"overlaps count once", {pair(40, 60), pair(10, 50)}, 0.5, span(40.5, 100)},
      {"the order does not matter", {pair(80, 90), pair(0, 10), pair(30, 40)}, 0.3, span(30.5, 80)},
      {"nothing beyond the end counts", {pair(50, 200)}, 0.5, span(0, 50)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto coverage = coverage_of(row.pairs, at(100));
    CHECK(coverage.share == doctest::Approx(row.share));
    CHECK(coverage.widest_gap == row.gap);
  }
  CHECK(coverage_of({}, at(0)).share == 0.0);
}

TEST_CASE("statistics count what is there") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  CHECK(store.stats().num_videos == 0);
  CHECK(store.stats().token_bytes == 0);
  const auto run = fill(store, make_video("gate.mp4", "aaaa1111"), 3);
  store.replace_texts(
      run.video_id, "gate.srt", std::vector{StoredText{0, span(1, 2), "caf\xc3\xa9", "fr", ""}});
  const auto stats = store.stats();
  CHECK(stats.num_videos == 1);
  CHECK(stats.num_runs == 1);
  CHECK(stats.num_pairs == 9);
  CHECK(stats.num_tokens == 36);
  CHECK(stats.num_texts == 1);
  CHECK(stats.token_bytes == 36 * (4 + kTokenWidth));
  CHECK(stats.vector_bytes == 9 * (4 + kTokenWidth));
  CHECK(stats.thumbnail_bytes == 3 * 6 + 6 * 7);
  CHECK(stats.text_bytes == 5);
  CHECK(stats.file_bytes > stats.token_bytes);

  fill(store, make_video("yard.mp4", "bbbb2222"), 1);
  CHECK(store.stats(run.video_id).token_bytes == stats.token_bytes);
  CHECK(store.stats(run.video_id).num_pairs == stats.num_pairs);
  CHECK(store.stats().num_pairs == stats.num_pairs + 3);

  const auto run_stats = store.run_stats(run.id);
  CHECK(run_stats.reached == at(30));
  CHECK(run_stats.num_pairs == 9);
  CHECK(run_stats.num_tokens == 36);
  CHECK(run_stats.token_bytes == stats.token_bytes);
  CHECK(run_stats.vector_bytes == stats.vector_bytes);
  CHECK(run_stats.thumbnail_bytes == stats.thumbnail_bytes);
  CHECK(run_stats.coverage.share == doctest::Approx(9.0 / 60));
  CHECK(run_stats.coverage.widest_gap == span(22.5, 60));
}

TEST_CASE("a removed video takes everything that only it uses, and the file shrinks") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  Store store = Store::open(path, OpenMode::write);
  const auto kept = fill(store, make_video("gate.mp4", "aaaa1111"), 2);
  const auto expected = store.verify().content_hash;

  auto key = make_run(store.put_video(make_video("yard.mp4", "bbbb2222")));
  key.model_fingerprint = "only here";
  key.token_width = 4096;
  const auto run = store.find_or_create_run(key);
  for (int number = 0; number < 5; ++number) {
    auto stretch = make_stretch(number);
    for (auto& pair : stretch.pairs) pair.tokens = make_tokens(4, 1, 4096);
    store.commit_stretch(run.id, stretch);
  }
  store.replace_texts(
      run.video_id, "yard.srt", std::vector{StoredText{0, span(1, 2), "unicorn", "en", ""}});

  const auto report = store.remove_video(run.video_id);
  CHECK(report.num_runs == 1);
  CHECK(report.num_pairs == 15);
  CHECK(report.num_tokens == 60);
  CHECK(report.content_bytes >= 60 * 4100);
  CHECK(report.file_bytes >= 60 * 4100);
  CHECK(store.stats().num_videos == 1);
  CHECK(store.stats().free_bytes == 0);
  CHECK(store.search_texts("unicorn").empty());
  CHECK_FALSE(store.find_run(run.id));
  CHECK(store.verify().faults.empty());
  CHECK(store.verify().content_hash == expected);
  CHECK(store.read_tokens(ids_of(store.pairs(kept.id))).rows == 24);

  CHECK_THROWS_AS(store.remove_video(run.video_id), Error);
}

TEST_CASE(
    "garbage is what nothing refers to, old unfinished runs and, on request, superseded runs") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto old_run = fill(store, make_video("gate.mp4", "aaaa1111"), 3, "tokens_per_hour=1");
  const auto new_run = fill(store, make_video("gate.mp4", "aaaa1111"), 2, "tokens_per_hour=2");
  const auto unfinished = store.find_or_create_run(make_run(old_run.video_id, "tokens_per_hour=3"));
  store.commit_stretch(unfinished.id, make_stretch(0));

  SUBCASE("by default nothing young goes") {
    const auto report = store.collect_garbage();
    CHECK(report.num_runs == 0);
    CHECK(report.num_pairs == 0);
    CHECK(store.runs(old_run.video_id).size() == 3);
  }
  SUBCASE("an unfinished run goes when it is old enough; shared tokens stay") {
    const auto report = store.collect_garbage({.incomplete_older_than_s = 0});
    CHECK(report.num_runs == 1);
    CHECK(report.num_pairs == 3);
    CHECK(report.num_tokens == 0);
    CHECK_FALSE(store.find_run(unfinished.id));
  }
  SUBCASE("unfinished runs can be told to stay") {
    CHECK(store.collect_garbage({.incomplete_older_than_s = -1}).num_runs == 0);
  }
  SUBCASE("superseded runs go on request, with the tokens that only they used") {
    const auto report = store.collect_garbage({.superseded = true});
    CHECK(report.num_runs == 1);
    CHECK(report.num_pairs == 9);
    CHECK(report.num_tokens == 12);
    CHECK_FALSE(store.find_run(old_run.id));
    CHECK(store.read_tokens(ids_of(store.pairs(new_run.id))).rows == 24);
  }
  SUBCASE("a dry run reports the same and changes nothing") {
    const auto before = store.verify().content_hash;
    const GcOptions options{.incomplete_older_than_s = 0, .superseded = true, .dry_run = true};
    const auto predicted = store.collect_garbage(options);
    CHECK(store.verify().content_hash == before);
    const auto done = store.collect_garbage({.incomplete_older_than_s = 0, .superseded = true});
    CHECK(predicted.num_runs == 2);
    CHECK(predicted.num_runs == done.num_runs);
    CHECK(predicted.num_pairs == done.num_pairs);
    CHECK(predicted.num_tokens == done.num_tokens);
    CHECK(predicted.content_bytes == done.content_bytes);
    CHECK(predicted.file_bytes == 0);
  }
  CHECK(store.verify().faults.empty());
}

TEST_CASE("what a crash left of a live recording stays, since nobody can record it again") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  auto video = make_video("camera@2026-11-28T09:00:00Z", "cafe0001");
  video.facts_json = R"({"live":true})";
  const auto run = store.find_or_create_run(make_run(store.put_video(video)));
  store.commit_stretch(run.id, make_stretch(0));
  CHECK(store.collect_garbage({.incomplete_older_than_s = 0}).num_runs == 0);
  CHECK(store.find_run(run.id));
}

TEST_CASE("stretches that do not touch leave a gap") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run =
      store.find_or_create_run(make_run(store.put_video(make_video("camera", "cafe0002"))));
  auto first = make_stretch(0);
  auto second = make_stretch(3);
  second.number = 1;
  store.commit_stretch(run.id, first);
  CHECK(store.gaps(run.id).empty());
  store.commit_stretch(run.id, second);
  CHECK(store.gaps(run.id) == std::vector<Gap>{{span(10, 30), GapReason::not_seen}});
  // Six pairs of a second each in 60 s: what nobody saw is not covered.
  CHECK(store.run_stats(run.id).coverage.share == doctest::Approx(0.1));
  CHECK(store.verify().faults.empty());

  auto dark = make_stretch(4);
  dark.number = 2;
  dark.pairs.clear();
  dark.shots.clear();
  dark.activity.clear();
  store.commit_stretch(run.id, dark);
  const std::vector<Gap> both{{span(10, 30), GapReason::not_seen},
                              {span(40, 50), GapReason::not_decoded}};
  CHECK(store.gaps(run.id) == both);
}
