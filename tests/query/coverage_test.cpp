#include "query/coverage.h"

#include <doctest/doctest.h>

#include "index/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;

namespace {

index::StoredPair pair_at(double first, TimeSpan covers) {
  index::StoredPair pair;
  pair.first = at(first);
  pair.second = at(first + 1);
  pair.covers = covers;
  return pair;
}

}  // namespace

TEST_CASE("coverage is of the ranges, and the widest gap is what no frame shows") {
  const std::vector<index::StoredPair> pairs{
      pair_at(5, span(0, 10)), pair_at(12, span(10, 20)), pair_at(95, span(90, 100))};
  struct Row {
    std::string name;
    Intervals ranges;
    double share;
    double per_minute;
    TimeSpan gap;
  };
  const std::vector<Row> rows{
      {"all of it", {span(0, 100)}, 0.3, 1.8, span(13, 95)},
      {"a part", {span(0, 20)}, 1, 6, span(13, 20)},
      {"two parts", {span(0, 10), span(90, 100)}, 1, 6, span(0, 5)},
      {"a part without pairs", {span(30, 60)}, 0, 0, span(30, 60)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto coverage = look_coverage(pairs, row.ranges);
    CHECK(coverage.share == doctest::Approx(row.share));
    CHECK(coverage.pairs_per_minute == doctest::Approx(row.per_minute));
    CHECK(coverage.widest_gap == row.gap);
  }
  CHECK(look_coverage({}, {span(0, 7)}).widest_gap == span(0, 7));
}

TEST_CASE("of several videos the ranges add up, and the widest gap is that of one") {
  VideosCoverage coverage;
  coverage.add("a.mp4",
               {.share = 1, .pairs_per_minute = 12, .widest_gap = span(3, 5)},
               {span(0, 10), span(20, 40)});
  CHECK(coverage.asked == span(0, 40));
  coverage.add(
      "b.mp4", {.share = 0.5, .pairs_per_minute = 4, .widest_gap = span(10, 60)}, {span(0, 90)});
  CHECK(coverage.num_videos == 2);
  CHECK(coverage.all.share == doctest::Approx(0.625));
  CHECK(coverage.all.pairs_per_minute == doctest::Approx(6));
  CHECK(coverage.gap_video == "b.mp4");
  CHECK(coverage.all.widest_gap == span(10, 60));
  CHECK(coverage.length == std::chrono::seconds{120});
}
