#include "world/pair_stream.h"

#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "world/families/family.h"
#include "world/phrasings.h"

using namespace hindsight;
using namespace hindsight::world;
using nlohmann::json;

namespace {

std::string stream(const PairStreamOptions& options) {
  std::string out;
  stream_pairs(options, [&](std::string_view record) {
    out += record;
    return true;
  });
  return out;
}

struct Record {
  json facts;
  std::uint32_t width;
  std::uint32_t height;
};

std::vector<Record> parse(std::string_view bytes) {
  std::vector<Record> records;
  while (!bytes.empty()) {
    std::array<std::uint32_t, 4> head{};
    std::memcpy(head.data(), bytes.data(), 16);
    REQUIRE(head[0] == 0x50575348U);
    records.push_back({json::parse(bytes.substr(16, head[1])), head[2], head[3]});
    bytes.remove_prefix(16 + head[1] + std::size_t{2} * 3 * head[2] * head[3]);
  }
  return records;
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::usage);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the same seed gives the same bytes, whatever the number of threads") {
  const PairStreamOptions one{.seed = 3, .count = 13};
  PairStreamOptions three = one;
  three.threads = 3;
  PairStreamOptions other = one;
  other.seed = 4;
  const std::string bytes = stream(one);
  CHECK(bytes == stream(one));
  CHECK(bytes == stream(three));
  CHECK(bytes != stream(other));
  CHECK(parse(bytes).size() == 13);
}

TEST_CASE("every record keeps the contract") {
  for (const auto& family : families()) {
    CAPTURE(family.name);
    for (const auto& r : parse(stream(
             {.seed = 8, .count = 40, .family = std::string(family.name), .split = Split::test}))) {
      CHECK(r.width % 28 == 0);
      CHECK(r.height % 28 == 0);
      CHECK(r.facts["family"] == family.name);
      CHECK(r.facts["tasks"].size() <= 20);
      for (const auto& e : r.facts["entities"]) {
        const double visible = e["visible"];
        CHECK(visible >= 0);
        CHECK(visible <= 1);
        for (const auto& b : e["boxes"]) {
          CHECK(b[0] <= b[2]);
          CHECK(b[2] <= r.width);
          CHECK(b[1] <= b[3]);
          CHECK(b[3] <= r.height);
        }
      }
    }
  }
}

TEST_CASE("reading a slide or a title card gives its first line, in most pairs") {
  struct Row {
    std::string family, board, question;
    int at_least;
  };
  const std::vector<Row> rows{
      {"slides", "slide", "title of the slide", 60},
      {"programme", "title", "title", 3},
  };
  for (const auto& row : rows) {
    CAPTURE(row.family);
    int read = 0;
    for (const auto& r :
         parse(stream({.seed = 2, .count = 100, .family = row.family, .sizes = {{112, 112}}}))) {
      for (const auto& text : r.facts["texts"]) {
        CHECK(text["text"].get<std::string>().find('\n') == std::string::npos);
        if (text["what"] != row.board || !text["clear"]) continue;
        for (const auto& task : r.facts["tasks"])
          if (task["skill"] == "read" &&
              task["question"].get<std::string>().find(row.question) != std::string::npos &&
              task["answer"] == text["text"])
            ++read;
      }
    }
    CHECK(read >= row.at_least);
  }
}

TEST_CASE("a programme shows sets of several other families") {
  int outdoors = 0, tables = 0, boards = 0;
  for (const auto& r : parse(stream({.seed = 9, .count = 160, .family = "programme"}))) {
    CHECK(r.facts["family"] == "programme");
    bool vehicle = false, bottle = false;
    for (const auto& e : r.facts["entities"]) {
      vehicle |= e["kind"] == "car" || e["kind"] == "truck";
      bottle |= e["kind"] == "bottle";
    }
    outdoors += vehicle;
    tables += bottle;
    boards += !r.facts["texts"].empty();
  }
  CHECK(outdoors > 5);
  CHECK(tables > 5);
  CHECK(boards > 20);
}

TEST_CASE("half of the judgements are no, and training holds back what it should") {
  int yes = 0, no = 0;
  for (const auto& r : parse(stream({.seed = 5, .count = 300}))) {
    for (const auto& e : r.facts["entities"]) CHECK_FALSE(e["held_out"].get<bool>());
    for (const auto& t : r.facts["tasks"]) {
      CHECK_FALSE(t["held_out"].get<bool>());
      CHECK_FALSE(t["held_out_combination"].get<bool>());
      if (t["skill"] == "judge") ++(t["answer"] == "yes" ? yes : no);
    }
  }
  CHECK(yes + no > 1000);
  CHECK(std::abs(yes - no) < (yes + no) / 6);
}

TEST_CASE("within each kind of judgement about half are yes") {
  std::map<std::string, std::array<int, 2>> answers;
  for (const auto& r : parse(stream({.seed = 5, .count = 3200, .sizes = {{112, 112}}}))) {
    for (const auto& t : r.facts["tasks"]) {
      if (t["skill"] != "judge") continue;
      const auto phrasing = t["phrasing"].get<std::string>();
      ++answers[phrasing.substr(0, phrasing.find('.'))][t["answer"] == "yes" ? 1 : 0];
    }
  }
  CHECK(answers.size() == 12);
  for (const auto& [what, n] : answers) {
    CAPTURE(what);
    const int all = n[0] + n[1];
    const double share = static_cast<double>(n[1]) / all;
    CAPTURE(all);
    // Few worlds are asked about the weather and the hour, which all pairs of a world share.
    const double bound = all < 150 ? 0.2 : 0.06;
    CHECK(std::abs(share - 0.5) < bound);
  }
}

TEST_CASE("a display is read in words of its own, one of them held back from training") {
  const auto drawn = [](Split split) {
    std::set<std::string> out;
    for (const auto& r : parse(stream({.seed = 9,
                         .count = 200,
                         .family = "counter_queue",
                         .split = split,
                         .sizes = {{168, 112}}}))) {
      for (const auto& t : r.facts["tasks"]) {
        if (t["skill"] != "read") continue;
        out.insert(t["phrasing"].get<std::string>());
        CHECK(t["answer"] == r.facts["texts"][0]["text"]);
      }
    }
    return out;
  };
  std::set<std::string> usual, all;
  for (const auto& p : phrasings()) {
    if (p.ask != Ask::read_display) continue;
    all.emplace(p.name);
    if (!p.held_out) usual.emplace(p.name);
  }
  REQUIRE(all.size() == usual.size() + 1);
  CHECK(drawn(Split::train) == usual);
  CHECK(drawn(Split::test) == all);
}

TEST_CASE("a training world is no test world") {
  std::set<std::uint64_t> train, test;
  for (const auto& r : parse(stream({.seed = 6, .count = 60})))
    train.insert(r.facts["seed"].get<std::uint64_t>());
  for (const auto& r : parse(stream({.seed = 6, .count = 60, .split = Split::test})))
    test.insert(r.facts["seed"].get<std::uint64_t>());
  for (const auto seed : train) CHECK(seed % 2 == 0);
  for (const auto seed : test) CHECK(seed % 2 == 1);
}

TEST_CASE("the consumer can stop the stream") {
  int seen = 0;
  stream_pairs({.seed = 1, .count = 0}, [&](std::string_view) { return ++seen < 5; });
  CHECK(seen == 5);
}

TEST_CASE("sizes are read or refused with one sentence") {
  CHECK(parse_sizes("112x112,168x112") == std::vector<PictureSize>{{112, 112}, {168, 112}});
  for (const auto* bad : {"",
                          "112",
                          "112x",
                          "x112",
                          "112x113",
                          "0x0",
                          "-28x28",
                          "28x28",
                          "112x112,",
                          "1148x112",
                          "112x112x112",
                          "a x b"}) {
    CAPTURE(bad);
    CHECK(message_of([&] { (void)parse_sizes(bad); }).find("multiples of 28") != std::string::npos);
  }
}

TEST_CASE("options out of range are refused") {
  const auto run = [](const PairStreamOptions& o) { return message_of([&] { (void)stream(o); }); };
  CHECK(run({.count = 1, .family = "moon"})
            .find("there is no scene family 'moon'; choose mix or one of: road_gate") == 0);
  CHECK(run({.count = 1, .threads = 0}) == "--threads 0 is out of range; give 1 to 256");
  CHECK(run({.count = 1, .sizes = {}}) == "no picture size is given; give sizes such as 168x112");
}

TEST_CASE(
    "the pairs of a world are of different moments, also where something happens behind its end") {
  for (const auto* family : {"road_gate", "corridor_door", "table"}) {
    CAPTURE(family);
    const auto records =
        parse(stream({.seed = 5, .count = 160, .family = family, .sizes = {{56, 56}}}));
    std::map<std::uint64_t, std::set<double>> moments;
    for (const auto& r : records)
      moments[r.facts.at("seed").get<std::uint64_t>()].insert(
          r.facts.at("seconds")[0].get<double>());
    std::size_t different = 0;
    for (const auto& [seed, seconds] : moments) different += seconds.size();
    CHECK(different >= records.size() - records.size() / 40);
  }
}
