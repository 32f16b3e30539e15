#include "query/clock_reader.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "query/explain.h"
#include "query/looking_model.h"
#include "query/scan.h"
#include "query/verify_answer.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::LookingModel;
using test::span;
using test::TestStore;
using test::tokenizer;

namespace {

const std::string kQuestion = "What time does the clock show?";

/// A film of 50 minutes, 300 pairs that cover 10 seconds each, with a clock that says 10:00:25 at
/// its begin and is read as 10:09 in the middle of 10:03.
struct ClockTest {
  TestStore test;
  index::RunRecord run = test::add_timed_film(test.store, {.minutes = 50, .stretches = 10});
  LookingModel model;
  int misread_from = 165, misread_to = 205;
  bool is_there = true;

  ClockTest() {
    model.facts.bare_replies = true;
    model.replies = [this](const std::string& question, double second) {
      return question == kQuestion ? read(second) : "nothing";
    };
    model.margin = [this](const std::string&, const std::string& text, double second) {
      return text == read(second) ? 0.0 : -9.0;
    };
  }
  std::string read(double second) const {
    if (!is_there) return second < 1500 ? "NO CLOCK" : "12:34";
    const auto minute = static_cast<int>(second + 25) / 60;
    const bool is_misread = misread_from <= second && second < misread_to;
    return fmt::format("10:{:02}", is_misread ? 9 : minute);
  }
  Timeline scan(const std::string& predicate, const ScanOptions& options = {.whole_below = 300}) {
    Judge judge(test.store, model, tokenizer(), KeepLooks::no);
    Scanner scanner(test.store, run, judge, model, tokenizer(), options);
    auto timeline = scanner.timeline(predicate, {span(0, 3000)});
    looks = judge.usage().looks_computed;
    report = scanner.reports().back();
    return timeline;
  }
  std::int64_t looks = 0;
  ScanReport report;
};

}  // namespace

TEST_CASE("a clock tells which of two pairs was read wrongly, and where its minutes begin") {
  ClockTest t;
  const auto nine = t.scan("Does the clock say 10:09?");
  REQUIRE(nine.intervals.size() == 1);
  CHECK(std::abs(to_seconds(nine.spans()[0].begin) - 515) <= 5);
  CHECK(std::abs(to_seconds(nine.spans()[0].end) - 575) <= 5);
  CHECK(nine.spans()[0].length() == std::chrono::minutes{1});
  const auto three = t.scan("Does the clock say 10:03?");
  REQUIRE(three.intervals.size() == 1);
  CHECK(std::abs(to_seconds(three.spans()[0].begin) - 155) <= 5);
  CHECK(three.spans()[0].length() == std::chrono::minutes{1});
  REQUIRE(t.report.clock);
  CHECK(t.report.clock->readings == 200);
  CHECK(t.report.clock->agreeing < 200);
  // What it never shows.
  CHECK(t.scan("Does the clock say 11:00?").intervals.empty());
}

TEST_CASE("of a long run only the minute that the clock names is looked at closely") {
  ClockTest t;
  const ScanOptions coarse{.whole_below = 0, .coarse_share = 0.04, .vector_share = 0};
  for (const char* text : {"10:03", "10:17", "10:49"}) {
    CAPTURE(text);
    const auto found = t.scan(fmt::format("Does the clock say {}?", text), coarse);
    REQUIRE(found.intervals.size() == 1);
    CHECK(found.spans()[0].length() == std::chrono::minutes{1});
    CHECK(t.report.by_text >= 1);
    // 200 readings, then some pairs of the minute instead of all that are left.
    CHECK(t.looks < 200 + 60);
  }
}

TEST_CASE("without a clock that runs, a text is what was read") {
  ClockTest t;
  t.is_there = false;
  const auto found = t.scan("Does the clock say 12:34?");
  CHECK(found.spans() == Intervals{span(1500, 3000)});
  CHECK_FALSE(t.report.clock);
  // Neither does a clock speak of other texts, nor to a model that says yes or no.
  t.is_there = true;
  CHECK(t.scan("Does the clock say LATE?").intervals.empty());
  CHECK_FALSE(t.report.clock);
  CHECK(t.looks == 300);
  t.model.facts.bare_replies = false;
  CHECK(t.scan("Does the clock say 10:09?").intervals.empty());
  CHECK_FALSE(t.report.clock);
  CHECK(t.looks == 300);
}

TEST_CASE("a clock of minutes says nothing of seconds, and one recording nothing of another") {
  ClockTest t;
  CHECK(t.scan("Does the clock say 10:03:10?").intervals.empty());
  CHECK_FALSE(t.report.clock);
  const auto read = t.model.replies;
  t.model.replies = [&](const std::string& question, double second) -> std::string {
    if (second < 2000) return read(question, second);
    return fmt::format("17:{:02}", static_cast<int>(second - 2000) / 60);
  };
  t.model.margin = [&](const std::string& question, const std::string& text, double second) {
    return text == t.model.replies(question, second) ? 0.0 : -9.0;
  };
  CHECK(t.scan("Does the clock say 17:02?").spans() == Intervals{span(2120, 2180)});
  CHECK_FALSE(t.report.clock);
}

TEST_CASE("where no time was read the clock says nothing") {
  ClockTest t;
  const auto read = t.model.replies;
  t.model.replies = [&](const std::string& question, double second) {
    return second >= 530 && second < 550 ? "nothing" : read(question, second);
  };
  const auto margin = t.model.margin;
  t.model.margin = [&](const std::string& question, const std::string& text, double second) {
    return second >= 530 && second < 550 ? -9.0 : margin(question, text, second);
  };
  const auto found = t.scan("Does the clock say 10:09?").spans();
  REQUIRE(found.size() == 2);
  CHECK(found[0].end == at(530));
  CHECK(found[1].begin == at(550));
}

TEST_CASE("an answer by the clock is explained, and verified by reading the clock again") {
  ClockTest t;
  const auto ask = [&](const std::string& text) {
    const auto plan = plan_question({.text = text}, t.test.store, t.model.facts);
    return answer_question(plan, t.test.store, t.model, tokenizer());
  };
  auto answer = ask("How long does the clock say 10:03?");
  CAPTURE(answer.text);
  CHECK(answer.text.starts_with("60.0 seconds: from 00:02:40.000 to 00:03:40.000"));
  CHECK(explain(answer).find("readings agree") != std::string::npos);
  CHECK(verify_answer(answer, t.test.store, t.model, tokenizer()).verdict == AnswerVerdict::holds);
  // Longer than the minute is: within the pairs that are cited, and beside what the next one shows.
  answer.intervals[0].span = span(160, 240);
  CHECK(verify_answer(answer, t.test.store, t.model, tokenizer()).verdict ==
        AnswerVerdict::does_not_hold);
}
