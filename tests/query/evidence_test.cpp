#include "query/evidence.h"

#include <doctest/doctest.h>

#include "query/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;

namespace {

/// A video whose cached pairs cover ten seconds each, of which those at `shown` (positions) were
/// read.
VideoReading reading(const std::string& label,
                     int num_pairs,
                     const std::vector<std::size_t>& shown) {
  VideoReading r;
  r.scope.label = label;
  r.scope.video.id = static_cast<std::int64_t>(label.size());
  r.scope.video.end = at(num_pairs * 10);
  for (int i = 0; i < num_pairs; ++i) {
    Candidate c;
    c.pair.id = i;
    c.pair.first = at(i * 10 + 4);
    c.pair.second = at(i * 10 + 5);
    c.pair.covers = span(i * 10, i * 10 + 10);
    c.closeness = i * 0.01;
    r.candidates.push_back(c);
  }
  for (const auto i : shown) r.selection.choices.push_back({i, ChoiceReason::coverage});
  return r;
}

std::string describe(const std::vector<EvidenceInterval>& intervals) {
  std::string text;
  for (const auto& interval : intervals) {
    text += fmt::format("{}{} {}-{} {:.2f}{}",
                        text.empty() ? "" : ", ",
                        interval.video,
                        to_seconds(interval.span.begin),
                        to_seconds(interval.span.end),
                        interval.score,
                        interval.basis == EvidenceBasis::stated ? "" : " by relevance");
  }
  return text;
}

}  // namespace

TEST_CASE("stated times snap to the pairs that were shown") {
  const std::vector<VideoReading> one{reading("a", 10, {0, 2, 3, 7})};
  struct Row {
    std::string text;
    std::string intervals;
  };
  const std::vector<Row> rows{
      {"The car leaves at 24.5 seconds.", "a 20-30 0.25"},
      {"From 21 to 38 seconds.", "a 20-40 0.35"},
      {"At 5 seconds and at 75 seconds.", "a 0-10 0.05, a 70-80 0.75"},
      {"At 75 seconds, then 75.5 seconds.", "a 70-80 0.75"},
      {"At 10.4 seconds.", "a 0-10 0.05"},  // rounding, within a second
      {"At 30 seconds.", "a 30-40 0.35"},   // where one pair ends, the next begins
      {"From 0 to 100 seconds.", "a 0-10 0.05, a 20-40 0.35, a 70-80 0.75"},
      {"At 55 seconds.", "a 20-40 0.35 by relevance, a 70-80 0.75 by relevance"},  // not shown
      {"At 500 seconds.", "a 20-40 0.35 by relevance, a 70-80 0.75 by relevance"},
      {"A red car.", "a 20-40 0.35 by relevance, a 70-80 0.75 by relevance"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(describe(find_evidence(row.text, one)) == row.intervals);
  }
}

TEST_CASE("a score is the share of pairs that are less relevant, ties counting half") {
  auto one = reading("a", 4, {0, 1, 2, 3});
  for (auto& c : one.candidates) c.closeness = 0;
  CHECK(describe(find_evidence("At 5 seconds.", {one})) == "a 0-10 0.50");
  one.candidates[0].subtitle_hit = 0.1;  // above any vector
  CHECK(describe(find_evidence("At 5 seconds.", {one})) == "a 0-10 0.88");
}

TEST_CASE("of several videos the one with the more relevant pair is meant") {
  auto a = reading("a", 5, {0, 1, 2});
  auto bb = reading("bb", 5, {0, 1, 2});
  bb.candidates[1].closeness = 0.9;
  CHECK(describe(find_evidence("At 15 seconds.", {a, bb})) == "bb 10-20 0.95");
  a.candidates[1].subtitle_hit = 1;
  CHECK(describe(find_evidence("At 15 seconds.", {a, bb})) == "a 10-20 0.95");
}

TEST_CASE("an interval carries its pairs") {
  const auto intervals = find_evidence("From 21 to 38 seconds.", {reading("a", 10, {0, 2, 3, 7})});
  REQUIRE(intervals.size() == 1);
  REQUIRE(intervals[0].pairs.size() == 2);
  CHECK(intervals[0].pairs[0].id == 2);
  CHECK(intervals[0].pairs[1].id == 3);
}

TEST_CASE("nothing shown is no evidence") {
  CHECK(find_evidence("At 5 seconds.", {reading("a", 3, {})}).empty());
  CHECK(find_evidence("At 5 seconds.", {}).empty());
}

TEST_CASE("only silence and the agreed words mean not found") {
  for (const std::string text :
       {"", "  \n", "...", "Not seen in this video.", "not seen", "\"Not seen in this video\""}) {
    CAPTURE(text);
    CHECK_FALSE(states_finding(text));
  }
  for (const std::string text :
       {"No.", "Nothing moves.", "It is not seen again.", "not", "Не видно", "0"}) {
    CAPTURE(text);
    CHECK(states_finding(text));
  }
}
