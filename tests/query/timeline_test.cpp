#include "query/timeline.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "index/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;

namespace {

/// Pair i covers [10 i, 10 i + 10) and has these two frames in its middle.
std::vector<ScoredPair> pairs_with(const std::vector<double>& scores) {
  std::vector<ScoredPair> pairs;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double begin = static_cast<double>(i) * 10;
    ScoredPair& scored = pairs.emplace_back();
    scored.pair.id = static_cast<std::int64_t>(i);
    scored.pair.first = at(begin + 4);
    scored.pair.second = at(begin + 5);
    scored.pair.covers = span(begin, begin + 10);
    scored.p_yes = scores[i];
  }
  return pairs;
}

/// What each pair is, by walking outwards from every pair that is sure.
Intervals brute_force(const std::vector<double>& scores, const Hysteresis& hysteresis) {
  std::vector<bool> holds(scores.size());
  for (std::size_t sure = 0; sure < scores.size(); ++sure) {
    if (scores[sure] < hysteresis.on) continue;
    for (std::size_t i = sure; i < scores.size() && scores[i] >= hysteresis.off; ++i)
      holds[i] = true;
    for (std::size_t i = sure + 1; i-- > 0 && scores[i] >= hysteresis.off;) holds[i] = true;
  }
  Intervals spans;
  for (std::size_t i = 0; i < holds.size(); ++i) {
    const double begin = static_cast<double>(i) * 10;
    if (holds[i]) spans.push_back(span(begin, begin + 10));
  }
  return unite(spans);
}

}  // namespace

TEST_CASE("scored pairs become intervals with hysteresis") {
  struct Row {
    std::string name;
    std::vector<double> scores;
    Intervals expected;
  };
  const std::vector<Row> rows{
      {"nothing was looked at", {}, {}},
      {"nothing holds", {0.1, 0.49, 0.2}, {}},
      {"one pair", {0.1, 0.9, 0.1}, {span(10, 20)}},
      {"all of it", {0.9, 0.8}, {span(0, 20)}},
      {"a doubtful pair joins what it touches", {0.1, 0.5, 0.9, 0.55, 0.1}, {span(10, 40)}},
      {"doubt alone holds nothing", {0.5, Hysteresis{}.on - 0.01, 0.5}, {}},
      {"doubt between two makes one", {0.9, 0.5, 0.9}, {span(0, 30)}},
      {"denial between two makes two", {0.9, 0.49, 0.9}, {span(0, 10), span(20, 30)}},
      {"exactly at the threshold", {Hysteresis{}.on}, {span(0, 10)}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(make_timeline("p", pairs_with(row.scores)).spans() == row.expected);
  }
}

TEST_CASE("three looks are as sure together as one, and a repeat is no look of its own") {
  const Hysteresis three{.on = 0.99, .off = 0.5, .surest = 3};
  CHECK(make_timeline("p", pairs_with({0.9, 0.9, 0.9}), three).spans() == Intervals{span(0, 30)});
  CHECK(make_timeline("p", pairs_with({0.9, 0.9}), three).spans().empty());
  CHECK(make_timeline("p", pairs_with({0.9, 0.4, 0.9, 0.9}), three).spans().empty());
  CHECK(make_timeline("p", pairs_with({0.7, 0.7, 0.7, 0.7, 0.7, 0.7}), three).spans().empty());
  CHECK(make_timeline("p", pairs_with({0.99}), three).spans() == Intervals{span(0, 10)});
  auto repeats = pairs_with({0.9, 0.9, 0.9});
  for (auto& scored : repeats) scored.pair.original_id = 7;
  CHECK(make_timeline("p", repeats, three).spans().empty());
  CHECK(evidence_of({}, 3) < evidence_of(std::vector{0.01}, 3));
  CHECK(evidence_of(std::vector{0.9, 0.1}, 3) == doctest::Approx(std::log(9)));
  CHECK(evidence_of(std::vector{0.5, 0.9, 0.9}, 2) == doctest::Approx(2 * std::log(9)));
}

TEST_CASE("a timeline equals brute force on random scores, whatever the order of its pairs") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> draw;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    std::vector<double> scores(std::uniform_int_distribution<std::size_t>(0, 20)(random));
    for (double& score : scores) score = draw(random);
    const double off = draw(random);
    const Hysteresis hysteresis{.on = off + (1 - off) * draw(random), .off = off};
    auto pairs = pairs_with(scores);
    std::shuffle(pairs.begin(), pairs.end(), random);
    const auto timeline = make_timeline("p", pairs, hysteresis);
    CHECK(timeline.spans() == brute_force(scores, hysteresis));
    for (const auto& interval : timeline.intervals) {
      double sum = 0;
      for (std::size_t i = interval.first; i <= interval.last; ++i) {
        sum += timeline.pairs[i].p_yes;
        CHECK(interval.span.contains(timeline.pairs[i].pair.first));
      }
      CHECK(interval.confidence ==
            doctest::Approx(sum / static_cast<double>(interval.last - interval.first + 1)));
    }
  }
}

TEST_CASE("clipping to two halves gives the whole, and every part keeps its pairs") {
  std::mt19937 random(8);
  std::uniform_real_distribution<double> draw;
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    std::vector<double> scores(15);
    for (double& score : scores) score = draw(random);
    auto pairs = pairs_with(scores);
    // Not every pair was looked at: what lies between two is held by the one before it.
    std::erase_if(pairs, [&](const auto&) { return draw(random) < 0.3; });
    const auto whole = make_timeline("p", pairs);
    const double cut = std::uniform_int_distribution(1, 149)(random);
    const auto left = clip(whole, {span(0, cut)});
    const auto right = clip(whole, {span(cut, 150)});
    CHECK(either(left.spans(), right.spans()) == unite(whole.spans()));
    for (const auto& half : {left, right}) {
      for (const auto& interval : half.intervals) {
        REQUIRE(interval.first <= interval.last);
        CHECK(half.pairs.at(interval.first).pair.covers.begin < interval.span.end);
        CHECK(half.pairs.at(interval.last).p_yes >= Hysteresis{}.off);
      }
    }
  }
}

TEST_CASE("a pair that covers nothing decides nothing") {
  auto pairs = pairs_with({0.9, 0.1, 0.9});
  pairs[1].pair.covers = span(10, 10);
  const auto timeline = make_timeline("p", pairs);
  CHECK(timeline.pairs.size() == 2);
  CHECK(timeline.intervals.size() == 1);
}

TEST_CASE("the proof of an interval is its ends and its surest pairs") {
  const auto timeline = make_timeline("p", pairs_with({0.5, 0.7, 0.99, 0.8, 0.6, 0.1}));
  REQUIRE(timeline.intervals.size() == 1);
  const auto times = [&](std::size_t limit) {
    std::vector<double> begins;
    for (const auto& scored : proof_of(timeline, timeline.intervals[0], limit))
      begins.push_back(to_seconds(scored.pair.covers.begin));
    return begins;
  };
  CHECK(times(3) == std::vector<double>{0, 20, 40});
  CHECK(times(100).size() == 5);
  CHECK(times(0).empty());
}

TEST_CASE("thresholds that make no sense are refused") {
  for (const Hysteresis& bad : {Hysteresis{.on = 0.3, .off = 0.4},
                                Hysteresis{.on = 1.1, .off = 0.4},
                                Hysteresis{.on = 0.5, .off = -0.1}}) {
    CAPTURE(bad.on);
    CHECK_THROWS_AS((void)make_timeline("p", {}, bad), Error);
  }
}
