#include "evaluation/summary.h"

#include <chrono>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace hindsight;
using namespace hindsight::evaluation;

namespace {

TimeSpan span(double from, double to) { return {{from_seconds(from)}, {from_seconds(to)}}; }

Outcome outcome(const std::string& video, bool correct, const std::string& type = "when") {
  Outcome o;
  o.question.id = video + type;
  o.question.video = video;
  o.question.type = type;
  o.score.correct = correct;
  o.funnel.answered = correct;
  o.video_length = std::chrono::minutes(20);
  o.seconds = 0.5;
  return o;
}

}  // namespace

TEST_CASE("questions about one video count as one when they agree") {
  std::vector<Outcome> clustered;
  std::vector<Outcome> spread;
  for (int video = 0; video < 10; ++video) {
    for (int i = 0; i < 10; ++i) {
      clustered.push_back(outcome(std::to_string(video), video % 2 == 0));
      spread.push_back(outcome(std::to_string(video), i % 2 == 0));
    }
  }
  const Accuracy together = accuracy_of(clustered);
  const Accuracy apart = accuracy_of(spread);
  CHECK(together.share() == 0.5);
  CHECK(apart.share() == 0.5);
  // Ten videos, half of them right: a standard error of 0.5 / 3.
  CHECK(together.high - together.low == doctest::Approx(2 * 1.95996 * 0.5 / 3).epsilon(0.001));
  CHECK(apart.high - apart.low < 0.2);
}

TEST_CASE("an interval is never empty and never leaves 0 to 1") {
  CHECK(accuracy_of({}).n == 0);
  const std::vector<Outcome> all_right(20, outcome("v", true));
  const Accuracy accuracy = accuracy_of(all_right);
  CHECK(accuracy.high == doctest::Approx(1.0));
  CHECK(accuracy.low == doctest::Approx(0.8389).epsilon(0.001));  // Wilson, 20 of 20
}

TEST_CASE("the funnel: each step includes those before it") {
  BenchmarkQuestion question;
  question.evidence = {span(10, 20)};
  const std::vector<TimeSpan> inside{span(12, 12.5)};
  const std::vector<TimeSpan> outside{span(30, 30.5)};
  const Response good{.found = true, .intervals = {span(11, 19)}};
  const Response bad{.found = true, .intervals = {span(40, 50)}};
  CHECK_FALSE(follow(question, outside, inside, good, {}).sampled);
  CHECK_FALSE(follow(question, outside, inside, good, {}).retrieved);
  CHECK(follow(question, inside, outside, good, {}).sampled);
  CHECK_FALSE(follow(question, inside, outside, good, {}).retrieved);
  CHECK(follow(question, inside, inside, bad, {true, 0}).retrieved);
  CHECK_FALSE(follow(question, inside, inside, bad, {true, 0}).touched);
  CHECK(follow(question, inside, inside, bad, {true, 0}).answered);
  CHECK(follow(question, inside, inside, good, {}).touched);
}

TEST_CASE("lengths go to the nearest class") {
  using namespace std::chrono;
  CHECK(length_class(seconds(30)) == "under 10 min");
  CHECK(length_class(minutes(25)) == "20 min");
  CHECK(length_class(minutes(55)) == "1 h");
  CHECK(length_class(hours(10)) == "10 h");
  CHECK(length_class(hours(30)) == "10 h");
}

TEST_CASE("the report says what was asked, by type and length") {
  std::vector<Outcome> outcomes{outcome("a", true), outcome("a", false, "count")};
  outcomes[1].video_length = std::chrono::hours(1);
  outcomes[1].response.text = "bad \xff byte";
  const auto report = nlohmann::json::parse(to_json(outcomes));
  CHECK(report["n"] == 2);
  CHECK(report["accuracy"] == 0.5);
  CHECK(report["by_type"]["when"]["correct"] == 1);
  CHECK(report["by_length"]["1 h"]["n"] == 1);
  CHECK(report["questions"].size() == 2);
  CHECK(report["seconds_per_question"] == 0.5);
  const std::string table = to_table(outcomes);
  for (const char* word : {"all", "count", "when", "20 min", "1 h", "evidence known 0"})
    CHECK(table.find(word) != std::string::npos);
}
