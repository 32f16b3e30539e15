#include <functional>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "index/raw_sql.h"
#include "index/support.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;

namespace {

std::string content_hash(const std::string& path) {
  const auto report = Store::open(path, OpenMode::read).verify();
  CHECK(report.faults == std::vector<std::string>{});
  CHECK(report.content_hash.size() == 32);
  return report.content_hash;
}

void make_library(const std::string& path) {
  Store store = Store::open(path, OpenMode::write);
  const auto run = fill(store, make_video("gate.mp4", "aaaa1111"), 3);
  fill(store, make_video("yard.mp4", "bbbb2222"), 2);
  store.replace_texts(
      run.video_id, "gate.srt", std::vector{StoredText{0, span(1, 2), "a car", "en", ""}});
}

}  // namespace

TEST_CASE("a sound store has no faults and counts what was compared") {
  const TempDir dir;
  make_library(dir.file("store.db"));
  const auto report = Store::open(dir.file("store.db"), OpenMode::read).verify();
  CHECK(report.faults.empty());
  CHECK(report.num_blobs == 5 + 15 + 15);
  CHECK(report.bytes_checked > 0);
}

TEST_CASE(
    "the hash does not know about order, interruption, names, removed content or file layout") {
  const TempDir dir;
  const auto reference = dir.file("reference.db");
  make_library(reference);
  const auto expected = content_hash(reference);

  SUBCASE("other order of videos") {
    const auto path = dir.file("other.db");
    {
      Store store = Store::open(path, OpenMode::write);
      fill(store, make_video("yard.mp4", "bbbb2222"), 2);
      const auto run = fill(store, make_video("gate.mp4", "aaaa1111"), 3);
      store.replace_texts(
          run.video_id, "gate.srt", std::vector{StoredText{0, span(1, 2), "a car", "en", ""}});
    }
    CHECK(content_hash(path) == expected);
  }
  SUBCASE("stretches in several sittings, under another name") {
    const auto path = dir.file("other.db");
    for (int num_stretches = 1; num_stretches <= 3; ++num_stretches) {
      Store store = Store::open(path, OpenMode::write);
      const auto video_id =
          store.put_video(make_video(fmt::format("copy{}.mp4", num_stretches), "aaaa1111"));
      const auto run = store.find_or_create_run(make_run(video_id));
      store.commit_stretch(run.id, make_stretch(run.stretches_done));
      if (num_stretches == 3) store.finish_run(run.id);
      store.replace_texts(
          video_id, "gate.srt", std::vector{StoredText{0, span(1, 2), "a car", "en", ""}});
    }
    {
      Store store = Store::open(path, OpenMode::write);
      fill(store, make_video("yard.mp4", "bbbb2222"), 2);
    }
    CHECK(content_hash(path) == expected);
  }
  SUBCASE("something added and removed again") {
    {
      Store store = Store::open(reference, OpenMode::write);
      const auto run = fill(store, make_video("cellar.mp4", "cccc3333"), 4);
      store.remove_video(run.video_id);
      store.collect_garbage();
    }
    CHECK(content_hash(reference) == expected);
  }
  SUBCASE("a vacuumed file") {
    run_sql(reference, "VACUUM");
    CHECK(content_hash(reference) == expected);
  }
}

TEST_CASE("the hash knows every difference in content") {
  const TempDir dir;
  const auto reference = dir.file("reference.db");
  make_library(reference);
  const auto expected = content_hash(reference);
  struct Row {
    std::string name;
    std::function<void(Store&, VideoRecord, StretchRecord, RunRecord)> write;
  };
  const auto commit =
      [](Store& store, const VideoRecord& video, const StretchRecord& stretch, RunRecord key) {
        key.video_id = store.put_video(video);
        const auto run = store.find_or_create_run(key);
        store.commit_stretch(run.id, stretch);
        store.finish_run(run.id);
      };
  const std::vector<Row> rows{
      {"as it is", [&](auto& s, auto v, auto t, auto r) { commit(s, v, t, r); }},
      {"video length",
       [&](auto& s, auto v, auto t, auto r) {
         v.end = at(61);
         commit(s, v, t, r);
       }},
      {"plan",
       [&](auto& s, auto v, auto t, auto r) {
         r.plan_settings += "!";
         commit(s, v, t, r);
       }},
      {"model",
       [&](auto& s, auto v, auto t, auto r) {
         r.model_fingerprint += "!";
         commit(s, v, t, r);
       }},
      {"codec",
       [&](auto& s, auto v, auto t, auto r) {
         r.codec = TokenCodec::bf16;
         commit(s, v, t, r);
       }},
      {"a token",
       [&](auto& s, auto v, auto t, auto r) {
         t.pairs[1].tokens.values[3] += 1;
         commit(s, v, t, r);
       }},
      {"a frame time",
       [&](auto& s, auto v, auto t, auto r) {
         t.pairs[1].pair.second = at(1.6);
         commit(s, v, t, r);
       }},
      {"what a pair covers",
       [&](auto& s, auto v, auto t, auto r) {
         t.pairs[1].pair.covers.end = at(2.1);
         commit(s, v, t, r);
       }},
      {"a reason",
       [&](auto& s, auto v, auto t, auto r) {
         t.pairs[1].pair.reason = "novelty";
         commit(s, v, t, r);
       }},
      {"a thumbnail",
       [&](auto& s, auto v, auto t, auto r) {
         t.pairs[1].thumbnail = "other";
         commit(s, v, t, r);
       }},
      {"a shot",
       [&](auto& s, auto v, auto t, auto r) {
         t.shots.pop_back();
         commit(s, v, t, r);
       }},
      {"an activity score",
       [&](auto& s, auto v, auto t, auto r) {
         t.activity[0].score = 0.5;
         commit(s, v, t, r);
       }},
      {"a pair less",
       [&](auto& s, auto v, auto t, auto r) {
         t.pairs.pop_back();
         commit(s, v, t, r);
       }},
  };
  std::vector<std::string> hashes{expected};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto path = dir.file(row.name + ".db");
    {
      Store store = Store::open(path, OpenMode::write);
      row.write(store, make_video("gate.mp4", "aaaa1111"), make_stretch(0), make_run(0));
    }
    const auto hash = content_hash(path);
    CHECK(std::find(hashes.begin(), hashes.end(), hash) == hashes.end());
    hashes.push_back(hash);
  }
}

TEST_CASE("an unfinished run hashes differently from a finished one") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  Store store = Store::open(path, OpenMode::write);
  const auto run =
      store.find_or_create_run(make_run(store.put_video(make_video("gate.mp4", "aaaa1111"))));
  store.commit_stretch(run.id, make_stretch(0));
  const auto unfinished = store.verify().content_hash;
  store.finish_run(run.id);
  CHECK(store.verify().content_hash != unfinished);
}

TEST_CASE("changes behind our back are found and named") {
  struct Row {
    std::string name;
    std::string sql;
    std::string fault;  ///< a part of one of the sentences
  };
  const std::vector<Row> rows{
      {"a token",
       "UPDATE token_data SET data = zeroblob(length(data)) WHERE owner_id = 2",
       "gate.mp4 (aaaa1111): token blocks that do not match their checksum: 1, the first is row 2"},
      {"the tokens of another video",
       "UPDATE token_data SET checksum = checksum + 1 WHERE owner_id IN "
       "(SELECT id FROM tokens WHERE video_id = 2 ORDER BY id LIMIT 3)",
       "yard.mp4 (bbbb2222): token blocks that do not match their checksum: 3"},
      {"a token's length",
       "UPDATE token_data SET data = x'00' WHERE owner_id = 2",
       "gate.mp4 (aaaa1111): token blocks that are missing or have the wrong size: 1, the first is "
       "row 2"},
      {"lost tokens",
       "DELETE FROM token_data WHERE owner_id = 2",
       "gate.mp4 (aaaa1111): token blocks that are missing or have the wrong size: 1, the first is "
       "row 2"},
      {"a vector",
       "UPDATE vectors SET data = zeroblob(length(data)) WHERE owner_id = 1",
       "gate.mp4 (aaaa1111): vector blocks that do not match their checksum: 1"},
      {"a thumbnail",
       "UPDATE thumbnails SET data = CAST('other' AS BLOB) WHERE owner_id = 1",
       "gate.mp4 (aaaa1111): thumbnails that do not match their checksum: 1"},
      {"a lost thumbnail",
       "DELETE FROM thumbnails WHERE owner_id = 1",
       "gate.mp4 (aaaa1111): thumbnails that are missing or have the wrong size: 1"},
      {"a frame time",
       "UPDATE tokens SET second_ns = second_ns + 1 WHERE id = 2",
       "gate.mp4 (aaaa1111): stretch 0 of run 1 does not match its digest"},
      {"a reason",
       "UPDATE pairs SET reason = 'whim' WHERE id = 2",
       "gate.mp4 (aaaa1111): stretch 0 of run 1 does not match its digest"},
      {"a lost pair",
       "DELETE FROM pairs WHERE id = 2",
       "gate.mp4 (aaaa1111): stretch 0 of run 1 does not match its digest"},
      {"a shot",
       "UPDATE shots SET end_ns = end_ns + 1 WHERE id = 1",
       "gate.mp4 (aaaa1111): stretch 0 of run 1 does not match its digest"},
      {"an activity",
       "UPDATE activity SET score = 0.1 WHERE id = 1",
       "gate.mp4 (aaaa1111): stretch 0 of run 1 does not match its digest"},
      {"a lost stretch",
       "DELETE FROM stretches WHERE number = 1",
       "gate.mp4 (aaaa1111): run 1 has 2 stretches where 3 are expected"},
      {"the video's length",
       "UPDATE videos SET end_ns = 5 WHERE id = 1",
       "gate.mp4 (aaaa1111): its facts do not match their checksum"},
      {"an orphan",
       "UPDATE pairs SET tokens_id = 999 WHERE id = 2",
       "of pairs refers to a row of tokens that is missing"},
      {"the search index",
       "DELETE FROM texts_fts_docsize WHERE id = 1",
       "1 texts are missing from the search index"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TempDir dir;
    const auto path = dir.file("store.db");
    make_library(path);
    REQUIRE(run_sql(path, row.sql) > 0);
    const auto report = Store::open(path, OpenMode::read).verify();
    const std::string all = fmt::format("{}", fmt::join(report.faults, "\n"));
    CAPTURE(all);
    CHECK(all.find(row.fault) != std::string::npos);
  }
}

TEST_CASE("damaged tokens are never handed out") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  make_library(path);
  REQUIRE(run_sql(path, "UPDATE token_data SET data = zeroblob(length(data)) WHERE owner_id = 2") >
          0);
  const Store store = Store::open(path, OpenMode::read);
  const auto pairs = store.pairs(1, span(1, 1.5));
  CHECK_THROWS_WITH_AS(
      (void)store.read_tokens(ids_of(pairs)),
      fmt::format(
          "the token cache '{}' is damaged: row 2 of token_data does not match its checksum; "
          "see 'hindsight verify'",
          path)
          .c_str(),
      Error);
  CHECK(store.read_tokens(ids_of(store.pairs(1, span(2, 2.5)))).rows == 4);
}

TEST_CASE("a byte that flips anywhere in the file is found or does not matter") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  make_library(path);
  const auto expected = content_hash(path);
  std::string good;
  {
    FILE* file = std::fopen(path.c_str(), "rb");
    REQUIRE(file != nullptr);
    good.resize(1 << 24);
    good.resize(std::fread(good.data(), 1, good.size(), file));
    std::fclose(file);
  }
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  const auto bad = dir.file("bad.db");
  int num_found = 0;
  for (int round = 0; round < 200; ++round) {
    const auto offset = random() % good.size();
    const auto flip = static_cast<char>(1 + random() % 255);
    CAPTURE(offset);
    auto bytes = good;
    bytes[offset] = static_cast<char>(bytes[offset] ^ flip);
    FILE* file = std::fopen(bad.c_str(), "wb");
    REQUIRE(file != nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
    try {
      const auto report = Store::open(bad, OpenMode::read).verify();
      if (report.faults.empty()) {
        CHECK(report.content_hash == expected);
      } else {
        ++num_found;
      }
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::store);
      ++num_found;
    }
  }
  CHECK(num_found > 0);
}
