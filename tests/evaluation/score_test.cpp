#include "evaluation/score.h"

#include <random>

#include <doctest/doctest.h>

using namespace hindsight;
using namespace hindsight::evaluation;

namespace {

TimeSpan span(double from, double to) { return {{from_seconds(from)}, {from_seconds(to)}}; }

BenchmarkQuestion question(Truth truth, Rule rule, double tolerance = 0) {
  BenchmarkQuestion q;
  q.truth = std::move(truth);
  q.rule = rule;
  q.tolerance = tolerance;
  return q;
}

bool right(const BenchmarkQuestion& q, const std::string& text) {
  return score(q, {.found = true, .text = text}).correct;
}

}  // namespace

TEST_CASE("intersection over union") {
  const std::vector<TimeSpan> a{span(0, 10)};
  CHECK(intersection_over_union(a, std::vector{span(5, 15)}) == doctest::Approx(1.0 / 3));
  CHECK(intersection_over_union(a, std::vector{span(10, 15)}) == 0);
  CHECK(intersection_over_union(a, {}) == 0);
  CHECK(intersection_over_union({}, {}) == 0);
  CHECK(intersection_over_union(std::vector{span(3, 3)}, std::vector{span(3, 3)}) == 0);
  // Parts that overlap count once.
  CHECK(intersection_over_union(std::vector{span(0, 6), span(4, 10)}, a) == 1);
}

TEST_CASE("intersection over union equals counting seconds") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<TimeSpan> sides[2];
    bool seconds[2][40] = {};
    for (int side = 0; side < 2; ++side) {
      for (auto k = random() % 5; k > 0; --k) {
        const auto from = static_cast<int>(random() % 35);
        const auto to = from + static_cast<int>(random() % 5);
        sides[side].push_back(span(from, to));
        for (int t = from; t < to; ++t) seconds[side][t] = true;
      }
    }
    int both = 0;
    int either = 0;
    for (int t = 0; t < 40; ++t) {
      both += seconds[0][t] && seconds[1][t];
      either += seconds[0][t] || seconds[1][t];
    }
    const double expected = both == 0 ? 0 : static_cast<double>(both) / either;
    CHECK(intersection_over_union(sides[0], sides[1]) == doctest::Approx(expected));
  }
}

TEST_CASE("numbers in words and digits") {
  CHECK(first_number("There are three cars.") == 3.0);
  CHECK(first_number("12.") == 12.0);
  CHECK(first_number("about 6.1 s") == 6.1);
  CHECK(first_number("6.1s") == 6.1);
  CHECK_FALSE(first_number("at 10:30"));
  CHECK_FALSE(first_number("none"));
  CHECK_FALSE(first_number(""));
  CHECK(normalized("The  Red-car, a DOG; two!") == "red car dog 2");
}

TEST_CASE("yes and no are told from other texts, however they are spelled") {
  CHECK(is_yes_no({.text = "yes"}));
  CHECK(is_yes_no({.text = "No."}));
  CHECK_FALSE(is_yes_no({.text = "yes, twice"}));
  CHECK_FALSE(is_yes_no({.text = "north"}));
  CHECK_FALSE(is_yes_no({.number = 1}));
  CHECK_FALSE(right(question({.text = "Yes"}, Rule::exact), "No, yes"));
}

TEST_CASE("texts are right word by word") {
  const auto white = question({.text = "white"}, Rule::exact);
  CHECK(right(white, "White."));
  CHECK(right(white, "The first car is white."));
  CHECK_FALSE(right(white, "whitewash"));
  CHECK_FALSE(right(white, ""));
  CHECK_FALSE(right(white, "It might be white or black or red or green or blue or grey or pink"));
  const auto gate = question({.text = "GATE 4"}, Rule::exact);
  CHECK(right(gate, "It says \"gate 4\"."));
  CHECK_FALSE(right(gate, "gate 42"));
  const auto yes = question({.text = "yes"}, Rule::exact);
  CHECK(right(yes, "Yes, twice."));
  CHECK_FALSE(right(yes, "No, yes"));
}

TEST_CASE("numbers, lists, intervals and refusals") {
  CHECK(right(question({.number = 4}, Rule::exact), "four cars"));
  CHECK_FALSE(right(question({.number = 4}, Rule::exact), "5"));
  CHECK_FALSE(right(question({.number = 4}, Rule::exact), "some"));
  CHECK(right(question({.number = 27.6}, Rule::absolute, 1), "28.5"));
  CHECK_FALSE(right(question({.number = 27.6}, Rule::absolute, 1), "29"));
  CHECK(right(question({.number = 100}, Rule::relative, 0.1), "109 s"));
  CHECK_FALSE(right(question({.number = 100}, Rule::relative, 0.1), "111 s"));
  CHECK(score(question({.number = 3}, Rule::exact), {.found = true, .text = "2", .number = 3})
            .correct);
  const auto order = question({.list = std::vector<std::string>{"red car", "dog"}}, Rule::exact);
  CHECK(right(order, "First the red car, then the dog."));
  CHECK_FALSE(right(order, "dog, red car"));
  const auto when = question({.intervals = std::vector{span(0, 10)}}, Rule::iou, 0.5);
  CHECK(score(when, {.found = true, .intervals = {span(0, 6)}}).correct);
  CHECK_FALSE(score(when, {.found = true, .intervals = {span(0, 4)}}).correct);
  CHECK_FALSE(score(when, {.found = false, .intervals = {span(0, 10)}}).correct);
  const auto absent = question({.absent = true}, Rule::refusal);
  CHECK(score(absent, {.found = false, .text = "Not seen in this video."}).correct);
  CHECK_FALSE(score(absent, {.found = true, .text = "At 0:10."}).correct);
}
