#include "index/store.h"

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "core/error.h"
#include "index/support.h"
#include "index/token_codec.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;

TEST_CASE("a video is known by its content, whatever it is called") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto first = store.put_video(make_video("gate.mp4", "aaaa1111"));
  auto renamed = make_video("copy.mkv", "aaaa1111");
  CHECK(store.put_video(renamed) == first);
  CHECK(store.put_video(make_video("other.mp4", "bbbb2222")) != first);

  CHECK(store.videos().size() == 2);
  const auto names = store.video_names(first);
  REQUIRE(names.size() == 2);
  CHECK(names[0].name == "copy.mkv");
  CHECK(names[1].name == "gate.mp4");
  CHECK(store.find_video_by_hash("aaaa1111")->name == "copy.mkv");
  CHECK(store.find_video_by_hash("aaaa1111")->end == at(60));
  CHECK_FALSE(store.find_video_by_hash("aaaa"));

  SUBCASE("the name that was used last comes first") {
    store.put_video(make_video("gate.mp4", "aaaa1111"));
    CHECK(store.video_names(first)[0].name == "gate.mp4");
    CHECK(store.video_names(first).size() == 2);
  }
}

TEST_CASE("what a user types finds a video") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  store.put_video(make_video("gate.mp4", "aaaa1111"));
  store.put_video(make_video("garage.mp4", "aaaa2222"));
  store.put_video(make_video("yard.mkv", "bbbb3333"));
  store.put_video(make_video("clips/2026/porch.mp4", "cccc4444"));  // as it was typed

  struct Row {
    std::string text;
    std::string expected_hash;
  };
  const std::vector<Row> rows{
      {"gate.mp4", "aaaa1111"},
      {"gate", "aaaa1111"},
      {"/videos/gate.mp4", "aaaa1111"},
      {"/videos/../videos/yard.mkv", "bbbb3333"},
      {"aaaa2222", "aaaa2222"},
      {"aaaa2", "aaaa2222"},
      {"bbbb", "bbbb3333"},
      {"ya", "bbbb3333"},
      {"gar", "aaaa2222"},
      {"porch.mp4", "cccc4444"},
      {"porch", "cccc4444"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(store.resolve_video(row.text).content_hash == row.expected_hash);
  }
  CHECK_THROWS_WITH_AS((void)store.resolve_video("ga"),
                       "'ga' can mean several videos: garage.mp4 (aaaa2222), gate.mp4 (aaaa1111); "
                       "use the code in brackets",
                       Error);
  CHECK_THROWS_AS((void)store.resolve_video("aaaa"), Error);
  CHECK_THROWS_WITH_AS(
      (void)store.resolve_video("cellar.mp4"),
      fmt::format("the token cache '{}' has no video 'cellar.mp4'; it has clips/2026/porch.mp4 "
                  "(cccc4444), garage.mp4 (aaaa2222), gate.mp4 (aaaa1111), yard.mkv (bbbb3333)",
                  store.path())
          .c_str(),
      Error);
}

TEST_CASE("what cannot be undone takes no video by the beginning of its name") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  store.put_video(make_video("bottle-detection.mp4", "dead1111"));
  store.put_video(make_video("clips/dead.mp4", "beef2222"));
  const auto resolve = [&](const std::string& text) {
    return store.resolve_video(text, NameMatch::exact).content_hash;
  };
  for (const std::string text :
       {"bottle-detection.mp4", "/videos/bottle-detection.mp4", "dead1111", "dead"}) {
    CAPTURE(text);
    CHECK(resolve(text) == "dead1111");
  }
  CHECK(resolve("dead.mp4") == "beef2222");
  for (const std::string text : {"bottle", "bottle-detection"}) {
    CAPTURE(text);
    CHECK(store.resolve_video(text).content_hash == "dead1111");
    CHECK_THROWS_WITH_AS((void)resolve(text),
                         fmt::format("the token cache '{}' has no video '{}'; did you mean "
                                     "bottle-detection.mp4 (dead1111)?",
                                     store.path(),
                                     text)
                             .c_str(),
                         Error);
  }
  CHECK_THROWS_WITH_AS((void)resolve(""),
                       "a video's name is empty; give a name, a path or the beginning of an id",
                       Error);
}

TEST_CASE("a run resumes where it was left and ends once") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  std::int64_t run_id = 0;
  {
    Store store = Store::open(path, OpenMode::write);
    const auto run =
        store.find_or_create_run(make_run(store.put_video(make_video("gate.mp4", "aaaa1111"))));
    run_id = run.id;
    CHECK(run.stretches_done == 0);
    store.commit_stretch(run.id, make_stretch(0));
    store.commit_stretch(run.id, make_stretch(1));
  }
  Store store = Store::open(path, OpenMode::write);
  const auto run = store.find_or_create_run(make_run(store.find_video_by_hash("aaaa1111")->id));
  CHECK(run.id == run_id);
  CHECK(run.stretches_done == 2);
  CHECK(store.tokens_spent(run.id) == 2 * 3 * 4);
  CHECK_FALSE(run.complete);
  CHECK_THROWS_AS(store.commit_stretch(run.id, make_stretch(1)), Error);
  CHECK_THROWS_AS(store.commit_stretch(run.id, make_stretch(3)), Error);
  store.commit_stretch(run.id, make_stretch(2));
  store.finish_run(run.id);
  CHECK(store.find_run(run.id)->complete);
  CHECK_THROWS_AS(store.commit_stretch(run.id, make_stretch(3)), Error);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("another model, preprocessing, plan or codec is another run") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto video_id = store.put_video(make_video("gate.mp4", "aaaa1111"));
  const auto base = make_run(video_id);
  auto model = base;
  model.model_fingerprint = "beef";
  auto preprocessing = base;
  preprocessing.preprocessing = "2";
  auto plan = base;
  plan.plan_settings = "tokens_per_hour=1";
  auto codec = base;
  codec.codec = TokenCodec::bf16;
  for (const auto& key : {base, model, preprocessing, plan, codec}) {
    const auto id = store.find_or_create_run(key).id;
    CHECK(store.find_or_create_run(key).id == id);
  }
  CHECK(store.runs(video_id).size() == 5);
  CHECK(store.runs(video_id).front().codec == TokenCodec::bf16);

  auto wider = base;
  wider.token_width = 64;
  CHECK_THROWS_WITH_AS(
      (void)store.find_or_create_run(wider),
      "model tiny made tokens of width 32 and now claims 64; its fingerprint should have changed",
      Error);
}

TEST_CASE("what a stretch brings can be read back") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run = fill(store, make_video("gate.mp4", "aaaa1111"), 4);

  SUBCASE("pairs come by rank, stretches spread within a rank") {
    std::vector<std::pair<int, int>> order;
    for (const auto& pair : store.pairs(run.id)) order.emplace_back(pair.rank, pair.stretch);
    CHECK(order == std::vector<std::pair<int, int>>{{0, 0},
                                                    {0, 2},
                                                    {0, 1},
                                                    {0, 3},
                                                    {1, 0},
                                                    {1, 2},
                                                    {1, 1},
                                                    {1, 3},
                                                    {2, 0},
                                                    {2, 2},
                                                    {2, 1},
                                                    {2, 3}});
    CHECK(store.pairs(run.id, {}, 5).size() == 5);
    auto prefix = ids_of(store.pairs(run.id));
    prefix.resize(5);
    CHECK(ids_of(store.pairs(run.id, {}, 5)) == prefix);
  }
  SUBCASE("a pair keeps every fact") {
    const auto pair = store.pairs(run.id, span(11.2, 11.3)).at(0);
    CHECK(pair.run_id == run.id);
    CHECK(pair.video_id == run.video_id);
    CHECK(pair.first == at(11));
    CHECK(pair.second == at(11.5));
    CHECK(pair.covers == span(11, 12));
    CHECK(pair.width == 56);
    CHECK(pair.height == 56);
    CHECK(pair.num_tokens == 4);
    CHECK(pair.reason == "coverage");
  }
  SUBCASE("a span limits the pairs; it is half-open") {
    struct Row {
      std::string name;
      TimeSpan span;
      std::size_t expected;
    };
    const std::vector<Row> rows{
        {"everything", span(0, 60), 12},
        {"one second", span(11, 12), 1},
        {"across a border", span(11.9, 12.1), 2},
        {"between pairs", span(5, 9), 0},
        {"an instant inside", span(11.5, 11.5), 1},
        {"an instant at the end is the next pair's", span(12, 12), 1},
        {"after the end", span(100, 200), 0},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(store.pairs(run.id, row.span).size() == row.expected);
    }
  }
  SUBCASE("tokens come in the order in which they are asked for") {
    const auto last = store.pairs(run.id, span(30, 31)).at(0);
    const auto first = store.pairs(run.id, span(0, 1)).at(0);
    const auto tokens = store.read_tokens(std::vector{last.id, first.id, last.id});
    CHECK(tokens.rows == 12);
    CHECK(tokens.width == kTokenWidth);
    const auto expected = [](unsigned seed) {
      return decode_tokens(encode_tokens(make_tokens(4, seed), TokenCodec::int8),
                           TokenCodec::int8,
                           4,
                           kTokenWidth)
          .values;
    };
    auto values = expected(300);
    for (const unsigned seed : {0U, 300U}) {
      const auto more = expected(seed);
      values.insert(values.end(), more.begin(), more.end());
    }
    CHECK(tokens.values == values);
    CHECK(store.bytes_read() ==
          3 * static_cast<std::int64_t>(encoded_bytes(TokenCodec::int8, 4, kTokenWidth)));
    CHECK(store.read_tokens({}).rows == 0);
  }
  SUBCASE("vectors are unit length and point where the tokens' mean points") {
    const auto vectors = store.pair_vectors(run.id);
    REQUIRE(vectors.pair_ids.size() == 12);
    REQUIRE(vectors.codes.size() == 12 * kTokenWidth);
    CHECK(vectors.width == kTokenWidth);
    for (std::size_t i = 0; i < vectors.pair_ids.size(); ++i) {
      const auto tokens = store.read_tokens(std::vector{vectors.pair_ids[i]});
      const auto pooled = pool_tokens(tokens);
      CHECK(vectors.scales[i] == pooled.scale);
      CHECK(std::equal(pooled.codes.begin(),
                       pooled.codes.end(),
                       vectors.codes.begin() + static_cast<std::ptrdiff_t>(i) * kTokenWidth));
    }
  }
  SUBCASE("thumbnails, shots and activity") {
    CHECK(store.thumbnail(store.pairs(run.id, span(31, 31.5)).at(0).id) == "jpeg 31");
    CHECK(store.shots(run.id).size() == 8);
    CHECK(store.shots(run.id)[2] == span(10, 14));
    CHECK(store.gaps(run.id).empty());
    CHECK(store.activity(run.id).at(3).span == span(31, 32));
    CHECK(store.activity(run.id).at(3).score == 0.75);
  }
  SUBCASE("what is not there is said, not invented") {
    CHECK_THROWS_WITH_AS(
        (void)store.read_tokens(std::vector<std::int64_t>{999}),
        fmt::format(
            "the token cache '{}' has no pair 999: its video was removed meanwhile; ask again",
            store.path())
            .c_str(),
        Error);
    CHECK(store.pairs(999).empty());
    CHECK(store.pair_vectors(999).pair_ids.empty());
    CHECK(store.thumbnail(999).empty());
    CHECK_FALSE(store.find_run(999));
    CHECK_THROWS_AS(store.commit_stretch(999, make_stretch(0)), Error);
    CHECK_THROWS_AS(store.finish_run(999), Error);
  }
}

TEST_CASE("runs of one model share tokens instead of encoding them again") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto old_run = fill(store, make_video("gate.mp4", "aaaa1111"), 1);
  const auto before = store.stats();
  auto run = store.find_or_create_run(make_run(old_run.video_id, "tokens_per_hour=9"));

  auto stretch = make_stretch(0);
  for (auto& encoded : stretch.pairs) {
    const TokenKey key{encoded.pair.first, encoded.pair.second, 56, 56, TokenCodec::int8};
    const auto found = store.find_tokens(run.video_id, run.model(), key);
    REQUIRE(found);
    encoded.stored_tokens = *found;
    encoded.tokens = {};
    encoded.thumbnail.clear();
  }
  SUBCASE("and give the same tokens, vectors and thumbnails") {
    store.commit_stretch(run.id, stretch);
    CHECK(store.stats().token_bytes == before.token_bytes);
    CHECK(store.stats().num_pairs == 2 * before.num_pairs);
    CHECK(store.read_tokens(ids_of(store.pairs(run.id))) ==
          store.read_tokens(ids_of(store.pairs(old_run.id))));
    CHECK(store.pair_vectors(run.id).codes == store.pair_vectors(old_run.id).codes);
    CHECK(store.thumbnail(store.pairs(run.id).at(0).id) == "jpeg 0");
    CHECK(store.tokens_spent(run.id) == 12);
    CHECK(store.verify().faults.empty());
  }
  SUBCASE("even when the caller encoded them again") {
    store.commit_stretch(run.id, make_stretch(0));
    CHECK(store.stats().token_bytes == before.token_bytes);
  }
  SUBCASE("but never across frames, sizes, codecs, models, preprocessings or videos") {
    const TokenKey key{at(0), at(0.5), 56, 56, TokenCodec::int8};
    const auto model = run.model();
    CHECK(store.find_tokens(run.video_id, model, key));
    CHECK_FALSE(store.find_tokens(run.video_id, model, {at(0), at(0.6), 56, 56, TokenCodec::int8}));
    CHECK_FALSE(store.find_tokens(run.video_id, model, {at(0), at(0.5), 84, 56, TokenCodec::int8}));
    CHECK_FALSE(store.find_tokens(run.video_id, model, {at(0), at(0.5), 56, 56, TokenCodec::bf16}));
    CHECK_FALSE(store.find_tokens(run.video_id, {"beef", "1"}, key));
    CHECK_FALSE(store.find_tokens(run.video_id, {"f00d", "2"}, key));
    CHECK_FALSE(store.find_tokens(store.put_video(make_video("b.mp4", "bbbb")), model, key));
  }
  SUBCASE("and a reference to another pair's tokens is refused") {
    std::swap(stretch.pairs[0].stored_tokens, stretch.pairs[1].stored_tokens);
    CHECK_THROWS_AS(store.commit_stretch(run.id, stretch), Error);
    CHECK(store.pairs(run.id).empty());
  }
}

TEST_CASE("bf16 runs keep bf16 tokens") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  auto key = make_run(store.put_video(make_video("gate.mp4", "aaaa1111")));
  key.codec = TokenCodec::bf16;
  const auto run = store.find_or_create_run(key);
  store.commit_stretch(run.id, make_stretch(0, 1));
  const auto expected = decode_tokens(
      encode_tokens(make_tokens(4, 0), TokenCodec::bf16), TokenCodec::bf16, 4, kTokenWidth);
  CHECK(store.read_tokens(ids_of(store.pairs(run.id))) == expected);
}

TEST_CASE("a stretch with one bad pair leaves nothing behind") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run =
      store.find_or_create_run(make_run(store.put_video(make_video("gate.mp4", "aaaa1111"))));
  struct Row {
    std::string name;
    void (*spoil)(EncodedPair&);
    std::string message;
  };
  const std::vector<Row> rows{
      {"wrong count",
       [](EncodedPair& p) { p.tokens = make_tokens(3, 1); },
       "the pair at 00:00:02.000 needs 4 tokens of width 32, the model gave 3 of width 32"},
      {"wrong width",
       [](EncodedPair& p) { p.tokens = make_tokens(4, 1, 16); },
       "the pair at 00:00:02.000 needs 4 tokens of width 32, the model gave 4 of width 16"},
      {"not a number",
       [](EncodedPair& p) { p.tokens.values[5] = NAN; },
       "the vision tower gave values that are not finite; try another --dtype or check the "
       "checkpoint"},
      {"rank out of order",
       [](EncodedPair& p) { p.pair.rank = 0; },
       "commit_stretch: pairs must come by ascending rank"},
      {"tokens that are not there",
       [](EncodedPair& p) { p.stored_tokens = 77; },
       "commit_stretch: the tokens that the pair at 00:00:02.000 refers to are not its own"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto stretch = make_stretch(0);
    row.spoil(stretch.pairs[2]);
    CHECK_THROWS_WITH_AS(store.commit_stretch(run.id, stretch), row.message.c_str(), Error);
    CHECK(store.stats().num_pairs == 0);
    CHECK(store.stats().num_tokens == 0);
  }
  store.commit_stretch(run.id, make_stretch(0));
  CHECK(store.verify().faults.empty());
}

TEST_CASE("a stretch without pairs is committed all the same") {
  const TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run =
      store.find_or_create_run(make_run(store.put_video(make_video("gate.mp4", "aaaa1111"))));
  store.commit_stretch(run.id, make_stretch(0, 0));
  store.commit_stretch(run.id, make_stretch(1, 2));
  CHECK(store.find_run(run.id)->stretches_done == 2);
  CHECK(store.pair_vectors(run.id).pair_ids.size() == 2);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("the store is open to read what is committed while a run is incomplete") {
  const TempDir dir;
  Store writer = Store::open(dir.file("store.db"), OpenMode::write);
  const auto run =
      writer.find_or_create_run(make_run(writer.put_video(make_video("gate.mp4", "aaaa1111"))));
  const Store reader = Store::open(dir.file("store.db"), OpenMode::read);
  CHECK(reader.pairs(run.id).empty());
  writer.commit_stretch(run.id, make_stretch(0));
  CHECK(reader.pairs(run.id).size() == 3);
  CHECK(reader.read_tokens(ids_of(reader.pairs(run.id))).rows == 12);
  CHECK_FALSE(reader.runs(run.video_id).at(0).complete);
}
