#include "query/contrast.h"

#include <algorithm>
#include <bit>
#include <random>

#include <doctest/doctest.h>

#include "query/looking_model.h"
#include "query/scan.h"

using namespace hindsight;
using namespace hindsight::query;
using test::LookingModel;
using test::span;
using test::TestStore;
using test::tokenizer;

TEST_CASE("predicates about something of one colour have rivals, others have none") {
  const auto car = contrast_of("Is a red car visible?", {});
  REQUIRE(car);
  CHECK(car->rivals.size() == 10);
  CHECK(std::ranges::count(car->rivals, "Is an orange car visible?") == 1);
  CHECK(std::ranges::count(car->rivals, "Is a red car visible?") == 0);
  CHECK(car->two == "Are two cars visible?");
  CHECK(car->three == "Are three cars visible?");
  const auto sleeve =
      contrast_of("Is a hand with an orange sleeve visible?", {"black", "blue", "orange"});
  REQUIRE(sleeve);
  CHECK(sleeve->rivals == std::vector<std::string>{"Is a hand with a black sleeve visible?",
                                                   "Is a hand with a blue sleeve visible?"});
  CHECK(sleeve->two == "Are two hands visible?");
  const auto person = contrast_of("Is a person in grey visible?", {});
  REQUIRE(person);
  CHECK(std::ranges::count(person->rivals, "Is a person in gray visible?") == 0);
  CHECK(std::ranges::count(person->rivals, "Is a person in black visible?") == 1);
  CHECK(person->two == "Are two people visible?");
  CHECK(contrast_of("Is a small red traffic light visible?", {})->two ==
        "Are two small traffic lights visible?");
  for (const auto* other : {"Is a car visible?",
                            "Is an orange visible?",
                            "Is a person holding an orange visible?",
                            "Is a red and white car visible?",
                            "Is the red car visible?",
                            "Are two red cars visible?",
                            "Is a red car moving left?",
                            "Does the sign say RED?",
                            ""})
    CHECK_MESSAGE(!contrast_of(other, {}), other);
  CHECK(!contrast_of("Is a red car visible?", {"car", "red"}));
}

TEST_CASE("a model of few words is asked for other kinds of the same colour") {
  const std::vector<std::string> known{
      "bag", "bicycle", "black", "car", "dog", "orange", "person", "red", "tree"};
  using Questions = std::vector<std::string>;
  const auto kinds_of = [&](std::string_view predicate) {
    return contrast_of(predicate, known).value_or(Contrast{}).kinds;
  };
  CHECK(kinds_of("Is an orange car visible?") == Questions{"Is a person in orange visible?",
                                                           "Is an orange bicycle visible?",
                                                           "Is an orange dog visible?",
                                                           "Is an orange bag visible?"});
  CHECK(kinds_of("Is a person in red visible?") == Questions{"Is a red car visible?",
                                                             "Is a red bicycle visible?",
                                                             "Is a red dog visible?",
                                                             "Is a red bag visible?"});
  CHECK(kinds_of("Is a red dog visible?").empty());
  CHECK(kinds_of("Is a red bicycle visible?") ==
        Questions{"Is a person in red visible?", "Is a red dog visible?", "Is a red bag visible?"});
  CHECK(contrast_of("Is a red car visible?", {"black", "car", "red", "truck", "van"})->larger ==
        Questions{"Is a red truck visible?", "Is a red van visible?"});
  CHECK(contrast_of("Is a red truck visible?", {"black", "car", "red", "truck"})->larger.empty());
  // Whoever wears red may carry a red bag.
  CHECK(kinds_of("Is a red bag visible?") ==
        Questions{"Is a red car visible?", "Is a red bicycle visible?", "Is a red dog visible?"});
  CHECK(kinds_of("Is a small red car visible?").empty());
  CHECK(kinds_of("Is a person with a red bag visible?").empty());
  CHECK(contrast_of("Is a red car visible?", {})->kinds.empty());
}

TEST_CASE("one among rivals has the probability that counting all sets of colours gives") {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> draw(0.01, 0.99);
  for (int round = 0; round < 100; ++round) {
    const double own = draw(random);
    std::vector<double> rivals(std::uniform_int_distribution<std::size_t>(0, 6)(random));
    for (double& rival : rivals) rival = draw(random);
    const double p_two = draw(random);
    const double p_three = p_two * draw(random);
    const double numbers[] = {1 - p_two, p_two - p_three, p_three};
    double expected = 0;
    for (int most = 1; most <= 3; ++most) {
      double with_own = 0;
      double all = 0;
      for (unsigned set = 0; set < 1U << (rivals.size() + 1); ++set) {
        if (std::popcount(set) > most) continue;
        double p = (set & 1U) != 0 ? own : 1 - own;
        for (std::size_t i = 0; i < rivals.size(); ++i)
          p *= (set >> (i + 1) & 1U) != 0 ? rivals[i] : 1 - rivals[i];
        all += p;
        if ((set & 1U) != 0) with_own += p;
      }
      expected += numbers[most - 1] * with_own / all;
    }
    CHECK(p_among(own, rivals, p_two, p_three) == doctest::Approx(std::min(expected, own)));
  }
  CHECK(p_among(0.99, std::vector{0.999}, 0, 0) < 0.1);
  CHECK(p_among(0.99, std::vector{0.999}, 1, 0) > 0.98);
}

TEST_CASE("what is likelier of another colour is ruled out, unless two are there") {
  TestStore test;
  const auto run = test::add_timed_film(test.store, {.minutes = 50, .stretches = 10});
  LookingModel model;
  const auto is_late = [](double second) { return second >= 1000 && second < 1030; };
  bool are_two = false;
  std::size_t compared = 0;
  model.truth = [&](const std::string& question, double second) {
    if (question == "Is a red car visible?")
      return is_late(second) ? 0.993 : second >= 100 && second < 130 ? 0.99 : 0.01;
    if (question == "Is an orange car visible?") return is_late(second) ? 0.998 : 0.01;
    return question == "Are two cars visible?" && are_two && is_late(second) ? 0.99 : 0.01;
  };
  const auto scan = [&] {
    Judge judge(test.store, model, tokenizer(), KeepLooks::no);
    Scanner scanner(test.store, run, judge, model, tokenizer(), {.contrast = true});
    auto timeline = scanner.timeline("Is a red car visible?", {span(0, 3000)});
    compared = scanner.reports().back().compared;
    return timeline;
  };
  const auto one = scan();
  CHECK(one.spans() == Intervals{span(100, 130)});
  REQUIRE(one.ruled_out.size() == 1);
  CHECK(one.ruled_out[0].span == span(1000, 1030));
  CHECK(one.ruled_out[0].rather == "Is an orange car visible?");
  CHECK(one.ruled_out[0].p_rather == doctest::Approx(0.998).epsilon(1e-3));
  CHECK(compared == 6);
  are_two = true;
  CHECK(scan().spans() == Intervals{span(100, 130), span(1000, 1030)});
}

TEST_CASE("what is likelier of another kind in the same colour is ruled out") {
  TestStore test;
  const auto run = test::add_timed_film(test.store, {.minutes = 50, .stretches = 10});
  LookingModel model;
  const std::string truck = "Is a red truck visible?";
  double truck_from = 1000;
  bool are_close = false;
  model.truth = [&](const std::string& question, double second) {
    const bool is_late = second >= 1000 && second < 1030;
    const bool is_early = second >= 100 && second < 130;
    if (question == "Is a red car visible?") return is_late ? 0.85 : is_early ? 0.995 : 0.01;
    const bool is_truck = second >= truck_from && second < 1060;
    return question == truck ? (is_truck ? 0.9999 : is_early ? 0.9 : 0.01) : 0.01;
  };
  auto contrast = contrast_of("Is a red car visible?", {}).value();
  const Hysteresis hysteresis{.on = 0.99, .surest = 3};
  const auto find = [&] {
    std::vector<ScoredPair> scored;
    for (auto pair : test.store.pairs(run.id)) {
      if (are_close) pair.first = pair.covers.begin;
      if (are_close) pair.second = pair.covers.end;
      scored.push_back({pair, model.truth("Is a red car visible?", to_seconds(pair.first))});
    }
    auto timeline = make_timeline("Is a red car visible?", std::move(scored), hysteresis);
    REQUIRE(timeline.intervals.size() == 2);
    Judge judge(test.store, model, tokenizer(), KeepLooks::no);
    CHECK(rule_out(timeline, contrast, hysteresis, judge) == 6);
    return timeline;
  };
  CHECK(find().intervals.size() == 2);
  contrast.kinds = {"Is a red bus visible?", truck};
  const auto found = find();
  REQUIRE(found.intervals.size() == 1);
  CHECK(found.intervals[0].span == span(100, 130));
  REQUIRE(found.ruled_out.size() == 1);
  CHECK(found.ruled_out[0].rather == truck);
  CHECK(found.ruled_out[0].p_rather == doctest::Approx(0.9999).epsilon(1e-4));
  // The whole truck comes into view behind what looks like a car.
  truck_from = 1030;
  CHECK(find().intervals.size() == 2);
  contrast.larger = {truck};
  CHECK(find().intervals.size() == 2);
  are_close = true;
  CHECK(find().ruled_out.at(0).rather == truck);
}
