#include "evaluation/outcome.h"

#include <doctest/doctest.h>

#include "evaluation/support.h"

using namespace hindsight;
using namespace hindsight::evaluation;
using test::make_outcome;
using test::span;

TEST_CASE("a pair lies in the evidence when one of its frames was taken then") {
  struct Row {
    std::string name;
    PairTimes pair;
    std::vector<TimeSpan> evidence;
    bool expected;
  };
  const std::vector<Row> rows{
      {"both frames", span(12, 12.5), {span(10, 20)}, true},
      {"the first alone", span(19.9, 20.4), {span(10, 20)}, true},
      {"the second alone", span(9.8, 10), {span(10, 20)}, true},
      {"the end is not part of it", span(20, 20.5), {span(10, 20)}, false},
      {"the event passes between the frames", span(4.5, 5.5), {span(4.8, 5.2)}, false},
      {"before", span(9, 9.5), {span(10, 20)}, false},
      {"in the second interval", span(31, 31.5), {span(10, 20), span(30, 40)}, true},
      {"an instant between the frames", span(4.5, 5.5), {span(5, 5)}, true},
      {"an instant at a frame", span(4.5, 5.5), {span(5.5, 5.5)}, true},
      {"an instant elsewhere", span(4.5, 5.5), {span(6, 6)}, false},
      {"no evidence", span(4.5, 5.5), {}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(lies_in(row.pair, row.evidence) == row.expected);
  }
}

TEST_CASE("the funnel: each step includes those before it, but being right stands alone") {
  const std::vector<PairTimes> in{span(12, 12.5)};
  const std::vector<PairTimes> out{span(30, 30.5)};
  const Response good{.found = true, .intervals = {span(11, 19)}};
  const Response elsewhere{.found = true, .intervals = {span(40, 50)}};
  struct Row {
    std::string name;
    SeenPairs pairs;
    Response response;
    bool correct;
    std::string expected;
  };
  const std::vector<Row> rows{
      {"all the way", {in, in, in}, good, true, "sampled cached retrieved touched answered "},
      {"wrong in spite of it", {in, in, in}, good, false, "sampled cached retrieved touched "},
      {"another interval", {in, in, in}, elsewhere, true, "sampled cached retrieved answered "},
      {"no interval", {in, in, in}, {.found = true}, false, "sampled cached retrieved "},
      {"not read", {in, in, out}, good, false, "sampled cached "},
      {"not in the store", {in, out, in}, good, false, "sampled "},
      {"not in the plan", {out, in, in}, good, true, "answered "},
      {"no pair at all", {}, good, false, ""},
  };
  BenchmarkQuestion question;
  question.evidence = {span(10, 20)};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const Funnel f = follow(question, row.pairs, row.response, {.correct = row.correct});
    const std::string steps = std::string(f.sampled ? "sampled " : "") +
                              (f.cached ? "cached " : "") + (f.retrieved ? "retrieved " : "") +
                              (f.touched ? "touched " : "") + (f.answered ? "answered " : "");
    CHECK(steps == row.expected);
  }
}

TEST_CASE("groups borrow every outcome once") {
  std::vector<Outcome> outcomes{make_outcome("a", true, "when"),
                                make_outcome("b", false, "count"),
                                make_outcome("c", false, "when")};
  outcomes[0].video_length = std::chrono::hours(1);
  outcomes[2].video_length = std::chrono::minutes(50);
  const auto by_type = group_by_type(outcomes);
  REQUIRE(by_type.size() == 2);
  CHECK(by_type.at("count") == Group{&outcomes[1]});
  CHECK(by_type.at("when") == Group{&outcomes[0], &outcomes[2]});
  const auto by_length = group_by_length(outcomes);
  REQUIRE(by_length.size() == 2);
  CHECK(by_length[0] == std::pair<std::string, Group>{"20 min", {&outcomes[1]}});
  CHECK(by_length[1] == std::pair<std::string, Group>{"1 h", {&outcomes[2], &outcomes[0]}});
  CHECK(group_all(outcomes).size() == 3);
  CHECK(group_all({}).empty());
}

TEST_CASE("lengths go to the nearest class") {
  using namespace std::chrono;
  CHECK(length_class(seconds(30)) == "under 10 min");
  CHECK(length_class(minutes(25)) == "20 min");
  CHECK(length_class(minutes(55)) == "1 h");
  CHECK(length_class(hours(10)) == "10 h");
  CHECK(length_class(hours(30)) == "10 h");
}
