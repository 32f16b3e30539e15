#include "core/media_time.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "core/error.h"

using namespace std::chrono_literals;
using hindsight::Error;
using hindsight::from_seconds;
using hindsight::intersect;
using hindsight::MediaTime;
using hindsight::parse_time;
using hindsight::TimeSpan;
using hindsight::to_clock;
using hindsight::to_decimal_seconds;

TEST_CASE("times are read in the forms that users type") {
  struct Row {
    std::string text;
    std::chrono::nanoseconds expected;
  };
  const std::vector<Row> rows{
      {"0", 0s},
      {"12.5", 12500ms},
      {"12.5s", 12500ms},
      {"90", 90s},
      {"1:30", 90s},
      {"90:00", 5400s},
      {"10:00", 600s},
      {"01:02:03.045", 3723045ms},
      {"0:00:00.000001", 1us},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    REQUIRE(parse_time(row.text).has_value());
    CHECK(parse_time(row.text)->since_start == row.expected);
  }
}

TEST_CASE("what is not a time is refused") {
  for (const std::string text : {"", "s", ":", "1:", ":1", "-5", "1:60", "1:99:00", "1:2:3:4", "12m", "1e3", "nan",
                                 "0x10", " 1", "99999999999999999999", "1:-2", "--"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("clock text round-trips to the millisecond") {
  for (const auto ms : {0ms, 1ms, 999ms, 59999ms, 60000ms, 3599999ms, 86400000ms, 360000001ms}) {
    const MediaTime t{ms};
    CAPTURE(to_clock(t));
    CHECK(parse_time(to_clock(t)) == t);
  }
  CHECK(to_clock(MediaTime{3723045ms}) == "01:02:03.045");
  CHECK(to_clock(MediaTime{-1500ms}) == "-00:00:01.500");
  CHECK(to_clock(MediaTime{999'999us}) == "00:00:01.000");
}

TEST_CASE("decimal seconds carry exactly six digits") {
  CHECK(to_decimal_seconds(MediaTime{0s}) == "0.000000");
  CHECK(to_decimal_seconds(MediaTime{1'234'567'890ns}) == "1.234568");
  CHECK(to_decimal_seconds(MediaTime{-40ms}) == "-0.040000");
}

TEST_CASE("seconds that are no time are refused") {
  CHECK_THROWS_AS((void)from_seconds(std::numeric_limits<double>::infinity()), Error);
  CHECK_THROWS_AS((void)from_seconds(std::numeric_limits<double>::quiet_NaN()), Error);
  CHECK_THROWS_AS((void)from_seconds(1e12), Error);
  CHECK(from_seconds(0.1) == 100ms);
}

TEST_CASE("spans are half-open") {
  const TimeSpan span{{1s}, {2s}};
  CHECK(span.contains({1s}));
  CHECK_FALSE(span.contains({2s}));
  CHECK_FALSE(span.overlaps({{2s}, {3s}}));
  CHECK(intersect(span, {{0s}, {1500ms}}) == TimeSpan{{1s}, {1500ms}});
  CHECK(intersect(span, {{5s}, {6s}}).empty());
}
