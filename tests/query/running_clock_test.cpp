#include "query/running_clock.h"

#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "query/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;

namespace {

/// What a clock shows that says `begin` (seconds since midnight) at media time 0.
std::string shown(double begin, double second, bool has_seconds = false) {
  const auto time = static_cast<int>(std::floor(begin + second)) % 86400;
  const auto text = fmt::format("{:02}:{:02}", time / 3600, time / 60 % 60);
  return has_seconds ? fmt::format("{}:{:02}", text, time % 60) : text;
}

ClockReading reading(double second, std::string text) {
  return {at(second), at(second + 0.4), std::move(text)};
}

TimeOfDay time_of(std::string_view text) { return read_time_of_day(text).value(); }

}  // namespace

TEST_CASE("times of day are read, and nothing else is one") {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  CHECK(time_of("21:09").since_midnight == hours{21} + minutes{9});
  CHECK(time_of("21:09").length == minutes{1});
  CHECK(time_of("9:05").since_midnight == hours{9} + minutes{5});
  CHECK(time_of("00:00:07").since_midnight == seconds{7});
  CHECK(time_of("00:00:07").length == seconds{1});
  for (const char* text : {"",
                           "21",
                           "21:",
                           ":09",
                           "21:9",
                           "24:00",
                           "21:60",
                           "21:09:",
                           "21:09:7",
                           "21:09:60",
                           "21:09:07:00",
                           "-1:09",
                           "+9:05",
                           "A1:09",
                           "21:09 Uhr",
                           "021:09",
                           "21 :09"}) {
    CAPTURE(text);
    CHECK_FALSE(read_time_of_day(text));
  }
}

TEST_CASE("a clock is found whatever it was read as now and then") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    // Every fourth begins about midnight or noon.
    const double near = std::uniform_real_distribution(-5.0, 5.0)(random) + 43200;
    const double begin = round % 4 == 0 ? near * (1 + round % 8 / 4)
                                        : std::uniform_real_distribution(0.0, 86400.0)(random);
    const bool has_seconds = round % 2 == 0;
    std::vector<ClockReading> readings;
    for (int i = 0; i < 60; ++i) {
      const double second = std::uniform_real_distribution(0.0, 3000.0)(random);
      const bool is_misread = std::bernoulli_distribution(0.3)(random);
      const double off = is_misread ? std::uniform_real_distribution(120.0, 40000.0)(random) : 0.0;
      readings.push_back(reading(second, shown(begin, second + off, has_seconds)));
    }
    readings.push_back(reading(50, "EXIT 42"));
    const auto clock = fit_clock(readings);
    REQUIRE(clock);
    CHECK(clock->readings == 60);
    CHECK(clock->agreeing >= 30);
    const double off =
        std::remainder(to_seconds(clock->at_begin) - begin, to_seconds(clock->period));
    CHECK(std::abs(off) <= to_seconds(clock->error) + 1e-6);
    CHECK(to_seconds(clock->error) < (has_seconds ? 0.7 : 31));
    for (double second = 0; second < 3000; second += 17.3) {
      auto text = shown(to_seconds(clock->at_begin), second, has_seconds);
      const bool is_dial = clock->period == std::chrono::hours{12};
      if (is_dial && text.starts_with("00")) text.replace(0, 2, "12");
      if (is_dial && time_of(text).needs_day) continue;
      CHECK(clock->shows_at(time_of(text), at(second)).value_or(true));
    }
  }
}

TEST_CASE("what a clock shows is the same asked at a moment and over a span") {
  const RunningClock clock{.at_begin = std::chrono::hours{23} + std::chrono::minutes{58},
                           .period = std::chrono::hours{24}};
  CHECK(clock.text_at_begin() == "23:58:00");
  CHECK(clock.shows(time_of("23:59"), span(0, 600)) == Intervals{span(60, 120)});
  CHECK(clock.shows(time_of("0:01"), span(0, 600)) == Intervals{span(180, 240)});
  CHECK(clock.shows(time_of("00:01:30"), span(0, 600)) == Intervals{span(210, 211)});
  CHECK(clock.shows(time_of("23:59"), span(90, 600)) == Intervals{span(90, 120)});
  CHECK(clock.shows(time_of("12:00"), span(0, 600)).empty());
  CHECK(clock.shows(time_of("23:58"), span(0, 2 * 86400)) ==
        Intervals{span(0, 60), span(86400, 86460)});
  CHECK(clock.shows_at(time_of("23:59"), at(60)) == true);
  CHECK(clock.shows_at(time_of("23:59"), at(120)) == false);
  auto vague = clock;
  vague.error = std::chrono::seconds{3};
  CHECK(vague.shows_at(time_of("23:59"), at(62)) == std::nullopt);
  CHECK(vague.shows_at(time_of("23:59"), at(63)) == true);
  CHECK(vague.shows_at(time_of("23:59"), at(124)) == false);
  const RunningClock dial{.at_begin = std::chrono::hours{11}, .period = std::chrono::hours{12}};
  CHECK(dial.shows(time_of("1:00"), span(0, 86400)) ==
        Intervals{span(7200, 7260), span(50400, 50460)});
  // No such dial shows 13:00, nor 0:30.
  CHECK(dial.shows(time_of("13:00"), span(0, 86400)).empty());
  CHECK(dial.shows_at(time_of("13:00"), at(7200)) == false);
  CHECK(RunningClock{.at_begin = std::chrono::minutes{30}, .period = std::chrono::hours{12}}
            .text_at_begin() == "12:30:00");
}

TEST_CASE("a dial of twelve hours is told by what most of the readings fit") {
  const auto dial = [](int second) {
    const auto text = shown(11 * 3600, second);
    const int hour = std::stoi(text.substr(0, 2));
    return fmt::format("{}{}", hour > 12 ? hour - 12 : hour, text.substr(2));
  };
  std::vector<ClockReading> readings;
  for (int i = 0; i < 40; ++i) readings.push_back(reading(i * 600, dial(i * 600)));
  CHECK(fit_clock(std::span(readings).first(6))->period == std::chrono::hours{12});
  CHECK(fit_clock(readings).value().period == std::chrono::hours{12});
  // One that was misread does not make it a day.
  readings.push_back(reading(9000, "22:01"));
  CHECK(fit_clock(readings).value().period == std::chrono::hours{12});
  CHECK(fit_clock(readings).value().agreeing == 40);
  std::vector<ClockReading> morning;
  for (int i = 0; i < 40; ++i) morning.push_back(reading(i * 60, shown(8 * 3600, i * 60)));
  CHECK(fit_clock(morning).value().period == std::chrono::hours{24});
  CHECK(fit_clock(morning).value().shows(time_of("20:05"), span(0, 3000)).empty());
}

TEST_CASE("a film of two recordings has no clock, one that is misread in places has") {
  std::vector<ClockReading> readings;
  for (int i = 0; i < 60; ++i) readings.push_back(reading(i * 20, shown(36000, i * 20)));
  auto misread = readings;
  for (int i = 0; i < 40; ++i) readings.push_back(reading(1200 + i * 20, shown(50000, i * 20)));
  CHECK_FALSE(fit_clock(readings));
  // Every third of the minutes that end in 3 as 9.
  for (auto& one : misread)
    if (one.text.ends_with('3')) one.text.back() = '9';
  const auto clock = fit_clock(misread);
  REQUIRE(clock);
  CHECK(clock->agreeing == 54);
}

TEST_CASE("few readings, or of one time, or that contradict each other, are no clock") {
  CHECK_FALSE(fit_clock({}));
  std::vector<ClockReading> readings;
  for (int i = 0; i < 5; ++i) readings.push_back(reading(i * 60, shown(36000, i * 60)));
  CHECK_FALSE(fit_clock(readings));
  readings.push_back(reading(300, shown(36000, 300)));
  CHECK(fit_clock(readings));
  // As many that say otherwise.
  for (int i = 0; i < 6; ++i) readings.push_back(reading(i * 60, shown(70000 + 1000 * i, 0)));
  CHECK_FALSE(fit_clock(readings));
  // A picture of a clock.
  std::vector<ClockReading> still;
  for (int i = 0; i < 50; ++i) still.push_back(reading(i * 60, "10:10"));
  CHECK_FALSE(fit_clock(still));
  // A board with times that change, but do not run.
  std::vector<ClockReading> board;
  for (int i = 0; i < 50; ++i) board.push_back(reading(i * 60, fmt::format("1{}:30", i / 10)));
  CHECK_FALSE(fit_clock(board));
}
