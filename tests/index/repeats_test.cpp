// Pairs that show what an earlier one shows.
#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "core/error.h"
#include "index/detail/schema.h"
#include "index/raw_sql.h"
#include "index/support.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;

namespace {

/// Four pairs, of which rank 2 shows what rank 0 shows and rank 3 what rank 1 shows.
StretchRecord make_repeating_stretch(int number) {
  auto stretch = make_stretch(number, 4);
  for (const std::size_t rank : {2U, 3U}) {
    auto& repeat = stretch.pairs[rank];
    repeat.pair.same_as = static_cast<int>(rank) - 2;
    repeat.tokens = {};
    repeat.thumbnail.clear();
  }
  return stretch;
}

RunRecord start_run(Store& store, const std::string& plan = "tokens_per_hour=120000") {
  return store.find_or_create_run(
      make_run(store.put_video(make_video("gate.mp4", "aaaa1111")), plan));
}

}  // namespace

TEST_CASE("a repeat has times of its own and everything else of its original") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run = start_run(store);
  for (int number = 0; number < 3; ++number)
    store.commit_stretch(run.id, make_repeating_stretch(number));
  store.finish_run(run.id);

  const auto pairs = store.pairs(run.id);
  REQUIRE(pairs.size() == 12);
  const auto vectors = store.pair_vectors(run.id);
  CHECK(vectors.pair_ids.size() == 12);
  int repeats = 0;
  for (const auto& pair : pairs) {
    CHECK(pair.first == at(pair.stretch * 10 + pair.rank));
    CHECK(pair.second == at(pair.stretch * 10 + pair.rank + 0.5));
    CHECK(pair.covers == span(pair.stretch * 10 + pair.rank, pair.stretch * 10 + pair.rank + 1));
    CHECK(pair.num_tokens == 4);
    CHECK(pair.same_as.has_value() == (pair.rank >= 2));
    CHECK(pair.token_pair_id() == (pair.same_as ? pair.original_id : pair.id));
    if (!pair.same_as) continue;
    ++repeats;
    const auto original = std::ranges::find(pairs, pair.original_id, &StoredPair::id);
    REQUIRE(original != pairs.end());
    CHECK(original->stretch == pair.stretch);
    CHECK(original->rank == *pair.same_as);
    CHECK(store.read_tokens(std::vector{pair.id}) == store.read_tokens(std::vector{original->id}));
    CHECK(store.thumbnail(pair.id) == store.thumbnail(original->id));
  }
  CHECK(repeats == 6);
}

TEST_CASE("a repeat takes no tokens of a budget and no room, but covers its time") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run = start_run(store);
  store.commit_stretch(run.id, make_repeating_stretch(0));
  CHECK(store.tokens_spent(run.id) == 8);
  CHECK(store.stats().num_tokens == 8);
  const auto stats = store.run_stats(run.id);
  CHECK(stats.num_pairs == 4);
  CHECK(stats.num_repeats == 2);
  CHECK(stats.num_tokens == 8);
  CHECK(stats.token_bytes == 8 * (4 + kTokenWidth));
  CHECK(stats.vector_bytes == 4 * (4 + kTokenWidth));
  CHECK(stats.thumbnail_bytes == 2 * 6);
  CHECK(stats.coverage.share == doctest::Approx(4.0 / 60));
  CHECK(stats.coverage.widest_gap == span(3.5, 60));
}

TEST_CASE("a look at a pair is a look at its repeats, and the other way round") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run = start_run(store);
  store.commit_stretch(run.id, make_repeating_stretch(0));
  const auto pairs = store.pairs(run.id);
  const LookKey key{"judge", "Is a red car visible?"};
  store.put_looks(key, std::vector{Look{pairs[0].id, 0.25, ""}, Look{pairs[3].id, 0.75, ""}});
  const auto looks = store.looks(key, run.id);
  REQUIRE(looks.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto look = std::ranges::find(looks, pairs[i].id, &Look::pair_id);
    REQUIRE(look != looks.end());
    CHECK(look->score == (i % 2 == 0 ? 0.25 : 0.75));
  }
}

TEST_CASE("what a repeat may not refer to leaves nothing behind") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run = start_run(store);
  struct Row {
    std::string name;
    std::function<void(StretchRecord&)> spoil;
  };
  const std::vector<Row> rows{
      {"itself", [](auto& s) { s.pairs[3].pair.same_as = 3; }},
      {"a later pair", [](auto& s) { s.pairs[2].pair.same_as = 3; }},
      {"a pair that is not there", [](auto& s) { s.pairs[3].pair.same_as = 17; }},
      {"another repeat", [](auto& s) { s.pairs[3].pair.same_as = 2; }},
      {"a pair of another size",
       [](auto& s) {
         s.pairs[3].pair.width = 28;
         s.pairs[3].pair.height = 112;
       }},
      {"anything, with tokens of its own", [](auto& s) { s.pairs[3].tokens = make_tokens(4, 9); }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto stretch = make_repeating_stretch(0);
    row.spoil(stretch);
    CHECK_THROWS_AS(store.commit_stretch(run.id, stretch), Error);
    CHECK(store.stats().num_pairs == 0);
    CHECK(store.stats().num_tokens == 0);
  }
  store.commit_stretch(run.id, make_repeating_stretch(0));
  CHECK(store.verify().faults.empty());
}

TEST_CASE("the hash knows what is a repeat of what") {
  const TempDir dir;
  const auto hash_of = [&](const std::string& name, const StretchRecord& stretch) {
    Store store = Store::open(dir.file(name), OpenMode::write);
    store.commit_stretch(start_run(store).id, stretch);
    const auto report = store.verify();
    CHECK(report.faults == std::vector<std::string>{});
    return report.content_hash;
  };
  auto stretch = make_repeating_stretch(0);
  const auto expected = hash_of("a.db", stretch);
  CHECK(hash_of("b.db", stretch) == expected);
  stretch.pairs[2].pair.first = at(2.1);
  CHECK(hash_of("time.db", stretch) != expected);
  stretch = make_repeating_stretch(0);
  // Equal pictures: only the reference differs.
  stretch.pairs[1].tokens = stretch.pairs[0].tokens;
  stretch.pairs[1].thumbnail = stretch.pairs[0].thumbnail;
  const auto to_1 = hash_of("1.db", stretch);
  stretch.pairs[3].pair.same_as = 0;
  CHECK(hash_of("0.db", stretch) != to_1);
}

TEST_CASE("a reference that was changed behind our back is found") {
  const std::vector<std::string> changes{
      "UPDATE repeats SET original_rank = 1 WHERE pair_id = 3",
      "UPDATE repeats SET original_rank = 9 WHERE pair_id = 3",
      "UPDATE repeats SET first_ns = first_ns + 1 WHERE pair_id = 3",
      "UPDATE pairs SET tokens_id = 2 WHERE id = 3",
      "DELETE FROM repeats WHERE pair_id = 3",
  };
  for (const auto& change : changes) {
    CAPTURE(change);
    const TempDir dir;
    const auto path = dir.file("store.db");
    {
      Store store = Store::open(path, OpenMode::write);
      store.commit_stretch(start_run(store).id, make_repeating_stretch(0));
    }
    run_sql(path, change);
    CHECK_FALSE(Store::open(path, OpenMode::read).verify().faults.empty());
  }
}

TEST_CASE("an original stays as long as something repeats it, and goes with its video") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run = start_run(store);
  store.commit_stretch(run.id, make_repeating_stretch(0));
  store.finish_run(run.id);
  (void)store.collect_garbage();
  CHECK(store.read_tokens(ids_of(store.pairs(run.id))).rows == 16);
  const auto removed = store.remove_video(run.video_id);
  CHECK(removed.num_pairs == 4);
  CHECK(removed.num_tokens == 8);
  CHECK(store.stats().num_tokens == 0);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("a store from before there were repeats keeps its content and can have some") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  std::string hash;
  {
    Store store = Store::open(path, OpenMode::write);
    fill(store, make_video("gate.mp4", "aaaa1111"), 3);
    hash = store.verify().content_hash;
  }
  run_sql(path, "DROP TABLE representatives; DROP TABLE repeats; PRAGMA user_version = 2");
  CHECK_THROWS_AS((void)Store::open(path, OpenMode::read), Error);
  Store store = Store::open(path, OpenMode::write);
  CHECK(store.verify().faults.empty());
  CHECK(store.verify().content_hash == hash);
  const auto run = start_run(store, "another plan");
  store.commit_stretch(run.id, make_repeating_stretch(0));
  CHECK(store.run_stats(run.id).num_repeats == 2);
  CHECK(store.verify().faults.empty());
}
