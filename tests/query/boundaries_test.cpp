#include "query/boundaries.h"

#include <random>

#include <doctest/doctest.h>

#include "index/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;

namespace {

/// Pair i covers [10 i, 10 i + 10) and has its frames at 10 i + 4 and 10 i + 5.
Timeline timeline_of(const std::vector<bool>& truths) {
  std::vector<ScoredPair> pairs;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const double begin = static_cast<double>(i) * 10;
    ScoredPair& scored = pairs.emplace_back();
    scored.pair.id = static_cast<std::int64_t>(i);
    scored.pair.first = at(begin + 4);
    scored.pair.second = at(begin + 5);
    scored.pair.covers = span(begin, begin + 10);
    scored.p_yes = truths[i] ? 0.9 : 0.1;
  }
  return make_timeline("Is a car visible?", std::move(pairs));
}

}  // namespace

TEST_CASE("an end lies at the change nearest to the pair that shows it") {
  struct Row {
    std::string name;
    Intervals activity;
    std::vector<MediaTime> cuts;
    TimeSpan expected;
  };
  const std::vector<Row> rows{
      {"nothing changed: the middle stays", {}, {}, span(20, 40)},
      {"the picture moves around it", {span(17, 43)}, {}, span(17.5, 43)},
      {"it comes in no later than it is seen", {span(23.8, 43)}, {}, span(24, 43)},
      {"what a cut shows is there at once", {span(17, 43)}, {at(17)}, span(17, 43)},
      {"the last begin and the first end count",
       {span(16, 17), span(21, 36), span(41, 42)},
       {},
       span(21.5, 36)},
      {"a cut counts as well", {span(17, 43)}, {at(22), at(38)}, span(22, 38)},
      {"what began before the pair that does not show it is something else",
       {span(2, 14)},
       {at(15)},
       span(20, 40)},
      {"a change at the very frame is in time", {}, {at(24), at(35)}, span(24, 35)},
      {"what happens between its own pairs moves nothing", {span(26, 33)}, {at(30)}, span(20, 40)},
      {"nothing ceased to move yet: what began to is the change",
       {span(36.5, 37), span(43, 47)},
       {},
       span(20, 37)},
      {"nothing ceased to move before the next pair", {span(43, 47)}, {}, span(20, 43)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto timeline = timeline_of({false, false, true, true, false});
    const auto placed = place_boundaries(timeline, row.activity, row.cuts);
    CHECK(placed.spans() == Intervals{row.expected});
  }
}

TEST_CASE("what is replaced ends with the change before the pair that no longer shows it") {
  const auto ends_at = [](const Intervals& activity, const std::vector<MediaTime>& cuts) {
    const auto timeline = timeline_of({false, false, true, true, false});
    const auto placed = place_boundaries(timeline, activity, cuts, Ceasing::is_replaced);
    return to_seconds(placed.intervals.at(0).span.end);
  };
  CHECK(ends_at({span(36.5, 37), span(43, 47)}, {}) == 43);
  CHECK(ends_at({span(36.5, 37)}, {}) == 36.5);
  CHECK(ends_at({span(36.5, 37)}, {at(42)}) == 42);
  CHECK(ends_at({span(33, 37)}, {}) == 40);
  CHECK(ends_at({}, {at(44)}) == 44);
  CHECK(ends_at({span(44, 45)}, {}) == 44);
  const auto timeline = timeline_of({false, true});
  const auto placed = place_boundaries(timeline, {span(9, 20)}, {}, Ceasing::is_replaced);
  CHECK(placed.spans() == Intervals{span(9, 20)});
}

TEST_CASE("pairs meet at the change between them") {
  // Where the third pair begins, and the fourth.
  const auto met = [](const Intervals& activity, const std::vector<MediaTime>& cuts) {
    std::vector<index::StoredPair> pairs;
    for (const auto& scored : timeline_of({true, true, true, true}).pairs)
      pairs.push_back(scored.pair);
    for (const std::size_t i : {2U, 3U}) pairs[i].reason = i == 2 ? "activity" : "coverage";
    meet_at_changes(pairs, activity, cuts);
    for (std::size_t i = 1; i < pairs.size(); ++i)
      CHECK(pairs[i - 1].covers.end == pairs[i].covers.begin);
    return TimeSpan{pairs[2].covers.begin, pairs[3].covers.begin};
  };
  // The third one was taken at a change that nothing else tells.
  CHECK(met({}, {}) == span(24, 30));
  CHECK(met({}, {at(17), at(22), at(32)}) == span(22, 32));
  CHECK(met({span(17, 23), span(26, 28)}, {}) == span(17, 26));
  // What goes on since the pair before, or ended after it, is what the pair was taken for.
  CHECK(met({span(12, 18)}, {}) == span(20, 30));
  CHECK(met({span(12, 40)}, {}) == span(20, 30));
  CHECK(met({span(33, 40)}, {}) == span(24, 33));
}

TEST_CASE("an interval at the begin or the end of the video keeps that end") {
  const auto placed =
      place_boundaries(timeline_of({true, false, false, true}), {span(1, 7), span(28, 33)}, {});
  CHECK(placed.spans() == Intervals{span(0, 7), span(28.5, 40)});
}

TEST_CASE("an end that is known up to an error lies between the pairs that tell it") {
  const auto ends_at = [](double shown_until) {
    const auto timeline = timeline_of({true, true, false});
    const Intervals shown{span(0, shown_until)};
    const auto placed = place_at_ends_of(shown, std::chrono::milliseconds{400}, {}, timeline);
    return to_seconds(placed.intervals.at(0).span.end);
  };
  CHECK(ends_at(18) == 18);
  // Up to the error it may end in the last pair that shows it, and not before.
  CHECK(ends_at(13.8) == 14);
  CHECK(ends_at(13) == 20);
}

TEST_CASE("every end stays between a pair that shows it and one that does not") {
  std::mt19937 random(11);
  const auto seconds = [&](int most) {
    return static_cast<double>(std::uniform_int_distribution(0, most)(random));
  };
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    std::vector<bool> truths(12);
    for (std::size_t i = 0; i < truths.size(); ++i) truths[i] = seconds(1) == 0;
    Intervals activity;
    for (double t = seconds(20); t < 110; t += 3 + seconds(20)) {
      const double length = 1 + seconds(12);
      activity.push_back(span(t, t + length));
      t += length;
    }
    const auto timeline = timeline_of(truths);
    const auto placed = place_boundaries(timeline, activity, {at(seconds(120))});
    REQUIRE(placed.intervals.size() == timeline.intervals.size());
    for (const auto& interval : placed.intervals) {
      const auto& pairs = placed.pairs;
      CHECK(interval.span.begin <= pairs[interval.first].pair.first);
      CHECK(interval.span.end >= pairs[interval.last].pair.second);
      if (interval.first > 0) CHECK(interval.span.begin > pairs[interval.first - 1].pair.second);
      if (interval.last + 1 < pairs.size())
        CHECK(interval.span.end <= pairs[interval.last + 1].pair.first);
    }
  }
}
