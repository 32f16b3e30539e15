#include <cmath>
#include <cstdlib>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "core/error.h"
#include "index/detail/schema.h"
#include "index/support.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;

namespace {

const LookKey kRed{"judge-1 beef", "Is a red car visible?"};

std::vector<double> scores_of(const std::vector<Look>& looks) {
  std::vector<double> scores;
  for (const auto& look : looks) scores.push_back(look.score);
  return scores;
}

struct LookStore {
  TempDir dir;
  Store store = Store::open(dir.file("s.db"), OpenMode::write);
  RunRecord run = fill(store, make_video("gate.mp4", "aaaa1111"), 2);
  std::vector<std::int64_t> ids = ids_of(store.pairs(run.id));
};

}  // namespace

TEST_CASE("looks come back for their question, their judge and their run") {
  LookStore test;
  auto& store = test.store;
  CHECK(store.looks(kRed, test.run.id).empty());
  store.put_looks(kRed, std::vector<Look>{{test.ids[1], 0.75, ""}, {test.ids[0], 1, "yes"}});
  const auto looks = store.looks(kRed, test.run.id);
  REQUIRE(looks.size() == 2);
  for (const auto& look : looks) {
    CHECK(look.score == (look.pair_id == test.ids[0] ? 1 : 0.75));
    CHECK(look.reply == (look.pair_id == test.ids[0] ? "yes" : ""));
  }
  CHECK(store.looks({"judge-1 f00d", kRed.question}, test.run.id).empty());
  CHECK(store.looks({kRed.judge, "Is a blue car visible?"}, test.run.id).empty());
  CHECK(store.looks(kRed, test.run.id + 1).empty());
}

TEST_CASE("a later look replaces an earlier one") {
  LookStore test;
  test.store.put_looks(kRed, std::vector<Look>{{test.ids[0], 0.25, ""}});
  test.store.put_looks(kRed, std::vector<Look>{{test.ids[0], 0.5, ""}});
  CHECK(scores_of(test.store.looks(kRed, test.run.id)) == std::vector<double>{0.5});
}

TEST_CASE("runs that share tokens share looks") {
  LookStore test;
  const auto other =
      test.store.find_or_create_run(make_run(test.run.video_id, "tokens_per_hour=7"));
  auto stretch = make_stretch(0);
  for (auto& encoded : stretch.pairs) {
    encoded.stored_tokens =
        test.store
            .find_tokens(test.run.video_id,
                         test.run.model(),
                         {encoded.pair.first, encoded.pair.second, 56, 56, TokenCodec::int8})
            .value();
    encoded.tokens = {};
  }
  test.store.commit_stretch(other.id, stretch);
  test.store.put_looks(kRed, std::vector<Look>{{test.ids[0], 0.25, ""}});
  CHECK(scores_of(test.store.looks(kRed, other.id)) == std::vector<double>{0.25});
}

TEST_CASE("looks go with their video, and their questions with them") {
  LookStore test;
  test.store.put_looks(kRed, std::vector<Look>{{test.ids[0], 0.25, ""}});
  const auto before = test.store.verify();
  CHECK(before.faults.empty());
  (void)test.store.remove_video(test.run.video_id);
  CHECK(test.store.verify().faults.empty());
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(test.dir.file("s.db").c_str(), &database) == SQLITE_OK);
  int num_rows = -1;
  REQUIRE(sqlite3_exec(
              database,
              "SELECT (SELECT count(*) FROM looks) + (SELECT count(*) FROM look_keys)",
              [](void* out, int, char** row, char**) {
                *static_cast<int*>(out) = std::atoi(row[0]);
                return 0;
              },
              &num_rows,
              nullptr) == SQLITE_OK);
  sqlite3_close(database);
  CHECK(num_rows == 0);
}

TEST_CASE("looks do not change the content of a store") {
  LookStore test;
  const auto before = test.store.verify().content_hash;
  test.store.put_looks(kRed, std::vector<Look>{{test.ids[0], 0.25, ""}});
  CHECK(test.store.verify().content_hash == before);
}

TEST_CASE("looks that cannot be kept") {
  LookStore test;
  SUBCASE("a score that is no probability keeps nothing of its call") {
    for (const double score : {-0.1, 1.1, std::nan("")}) {
      CAPTURE(score);
      CHECK_THROWS_AS(
          test.store.put_looks(kRed,
                               std::vector<Look>{{test.ids[0], 0.5, ""}, {test.ids[1], score, ""}}),
          Error);
    }
    CHECK(test.store.looks(kRed, test.run.id).empty());
  }
  SUBCASE("a pair that is gone is left out") {
    test.store.put_looks(kRed, std::vector<Look>{{999'999, 0.5, ""}, {test.ids[0], 0.5, ""}});
    CHECK(test.store.looks(kRed, test.run.id).size() == 1);
  }
  SUBCASE("a store that is open for reading") {
    Store reader = Store::open(test.dir.file("s.db"), OpenMode::read);
    CHECK_THROWS_AS(reader.put_looks(kRed, std::vector<Look>{{test.ids[0], 0.5, ""}}), Error);
  }
}

TEST_CASE("a store of schema 1 becomes current with all it holds, and keeps looks from then on") {
  const TempDir dir;
  const auto path = dir.file("s.db");
  std::string content;
  std::int64_t run_id = 0;
  {
    Store store = Store::open(path, OpenMode::write);
    run_id = fill(store, make_video("gate.mp4", "aaaa1111"), 3).id;
    content = store.verify().content_hash;
  }
  {
    // What later versions added is taken away: the file is as version 1 left it.
    detail::Database database(path, detail::Access::write);
    database.execute(
        "DROP TABLE representatives; DROP TABLE repeats; DROP TABLE looks; DROP TABLE look_keys; "
        "PRAGMA user_version = 1");
  }
  CHECK_THROWS_AS((void)Store::open(path, OpenMode::read), Error);
  Store store = Store::open(path, OpenMode::update);
  CHECK(store.verify().content_hash == content);
  CHECK(store.verify().faults.empty());
  const auto ids = ids_of(store.pairs(run_id));
  store.put_looks(kRed, std::vector<Look>{{ids.at(0), 0.25, ""}});
  CHECK(Store::open(path, OpenMode::read).looks(kRed, run_id).size() == 1);
}
