#include <doctest/doctest.h>

#include "core/error.h"
#include "index/support.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;

namespace {

StoredText line(double begin, double end, const std::string& text) {
  return {0, span(begin, end), text, "en", ""};
}

const std::vector<StoredText> kLines{
    line(0, 2, "The red car leaves the garage."),
    line(2, 4, "A dog crosses the street"),
    line(4, 6, "Car! Red CAR"),
    line(6, 8, "Caf\xc3\xa9 closes at noon"),
};

struct Library {
  TempDir dir;
  Store store = Store::open(dir.file("store.db"), OpenMode::write);
  std::int64_t gate = store.put_video(make_video("gate.mp4", "aaaa1111"));
  std::int64_t yard = store.put_video(make_video("yard.mp4", "bbbb2222"));
  Library() {
    store.replace_texts(gate, "stream 2", kLines);
    store.replace_texts(yard, "yard.srt", std::vector{line(0, 1, "a car in the yard")});
  }
};

}  // namespace

TEST_CASE("the best text comes first, with its time") {
  Library library;
  const auto hits = library.store.search_texts("red car", {.video_ids = {library.gate}});
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].text.span == span(4, 6));
  CHECK(hits[0].text.video_id == library.gate);
  CHECK(hits[0].text.origin == "stream 2");
  CHECK(hits[0].text.language == "en");
  CHECK(hits[0].score >= hits[1].score);
}

TEST_CASE("a search can be limited") {
  Library library;
  const auto& store = library.store;
  CHECK(store.search_texts("car").size() == 3);
  CHECK(store.search_texts("car", {.limit = 2}).size() == 2);
  CHECK(store.search_texts("car", {.video_ids = {library.yard}}).size() == 1);
  CHECK(store.search_texts("car", {.video_ids = {library.yard, library.gate}}).size() == 3);
  CHECK(store.search_texts("car", {.span = span(1, 2)}).size() == 1);
  CHECK(store.search_texts("car", {.span = span(2, 4)}).empty());
  CHECK(store.search_texts("bicycle").empty());
}

TEST_CASE("any word may match, accents and case do not matter") {
  Library library;
  CHECK(library.store.search_texts("when does the cafe open").size() >= 1);
  CHECK(library.store.search_texts("CAF\xc3\x89").size() == 1);
  CHECK(library.store.search_texts("dog bicycle").size() == 1);
}

TEST_CASE("no question is query syntax") {
  Library library;
  std::string enormous;
  for (int i = 0; i < 20'000; ++i) enormous += "word" + std::to_string(i) + " ";
  const std::vector<std::string> questions{
      "",
      "   ",
      "\"",
      "\"\"\"",
      "car\"",
      "car AND",
      "NOT car",
      "NEAR(car dog, 5)",
      "text:car",
      "car*",
      "^car",
      "(",
      "car OR",
      "{a b}: c",
      "-",
      "'; DROP TABLE texts; --",
      "\xff\xfe",
      "car + dog",
      std::string("\0car", 4),
      "?",
      "\xe8\xbd\xa6",
      enormous,
  };
  for (const auto& question : questions) {
    CAPTURE(question.substr(0, 40));
    CHECK_NOTHROW((void)library.store.search_texts(question));
  }
  CHECK(library.store.search_texts("NOT car").size() == 3);
  CHECK(library.store.search_texts("text:dog").empty());
  CHECK(library.store.verify().faults.empty());
}

TEST_CASE("ingesting the same subtitles again changes nothing") {
  Library library;
  const auto before = library.store.verify().content_hash;
  library.store.replace_texts(library.gate, "stream 2", kLines);
  CHECK(library.store.verify().content_hash == before);
  CHECK(library.store.texts(library.gate).size() == 4);
  CHECK(library.store.search_texts("dog").size() == 1);
}

TEST_CASE("a corrected subtitle file replaces the old one and leaves other origins alone") {
  Library library;
  library.store.replace_texts(library.gate, "gate.srt", std::vector{line(9, 10, "from the file")});
  library.store.replace_texts(
      library.gate, "stream 2", std::vector{line(0, 2, "The blue car leaves")});
  CHECK(library.store.search_texts("dog").empty());
  CHECK(library.store.search_texts("blue").size() == 1);
  CHECK(library.store.search_texts("file").size() == 1);
  const auto texts = library.store.texts(library.gate);
  REQUIRE(texts.size() == 2);
  CHECK(texts[1].origin == "gate.srt");
  CHECK(library.store.texts(library.gate, span(0, 1)).size() == 1);
  CHECK(library.store.verify().faults.empty());
}

TEST_CASE("texts of an unknown video or with a reversed span are refused as a whole") {
  Library library;
  CHECK_THROWS_AS(library.store.replace_texts(999, "x", kLines), Error);
  CHECK_THROWS_AS(library.store.replace_texts(
                      library.gate, "stream 2", std::vector{line(0, 1, "good"), line(5, 4, "bad")}),
                  Error);
  CHECK(library.store.texts(library.gate).size() == 4);
  CHECK(library.store.search_texts("good").empty());
}
