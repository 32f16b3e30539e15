#include "evaluation/statistics.h"

#include <numeric>
#include <random>

#include <doctest/doctest.h>

#include "evaluation/support.h"

using namespace hindsight;
using namespace hindsight::evaluation;
using doctest::Approx;
using test::make_outcome;
using test::span;

namespace {

/// `questions` about each of `videos`, right where `correct(video, question)`.
template <class Correct>
std::vector<Outcome> grid(int videos, int questions, Correct correct) {
  std::vector<Outcome> outcomes;
  for (int v = 0; v < videos; ++v) {
    for (int q = 0; q < questions; ++q) {
      outcomes.push_back(
          make_outcome(std::to_string(v), correct(v, q), "type" + std::to_string(q)));
    }
  }
  return outcomes;
}

Outcome interval_outcome(double iou, double demanded) {
  Outcome outcome = make_outcome("v", iou >= demanded, "when");
  outcome.question.rule = Rule::iou;
  outcome.question.tolerance = demanded;
  outcome.score.measure = iou;
  return outcome;
}

}  // namespace

TEST_CASE("questions about one video count as one when they agree") {
  const auto clustered = grid(10, 10, [](int v, int) { return v % 2 == 0; });
  const auto spread = grid(10, 10, [](int, int q) { return q % 2 == 0; });
  const Accuracy together = accuracy_of(group_all(clustered));
  const Accuracy apart = accuracy_of(group_all(spread));
  CHECK(together.share() == 0.5);
  CHECK(apart.share() == 0.5);
  // Ten videos, half of them right: a standard error of 0.5 / 3.
  CHECK(together.high - together.low == Approx(2 * 1.95996 * 0.5 / 3).epsilon(0.001));
  CHECK(apart.high - apart.low < 0.2);
}

TEST_CASE("an interval is never empty and never leaves 0 to 1") {
  CHECK(accuracy_of({}).n == 0);
  const auto all_right = grid(1, 20, [](int, int) { return true; });
  const Accuracy accuracy = accuracy_of(group_all(all_right));
  CHECK(accuracy.high == Approx(1.0));
  CHECK(accuracy.low == Approx(0.8389).epsilon(0.001));  // Wilson, 20 of 20
}

TEST_CASE("a difference is taken question by question") {
  const auto ours = grid(20, 10, [](int, int q) { return q < 6; });
  const auto theirs = grid(20, 10, [](int, int q) { return q < 5; });
  const auto d = paired_difference(group_all(ours), group_all(theirs));
  CHECK(d.n == 200);
  CHECK(d.mean == Approx(0.1));
  // Every video has one question in ten that differs: independent questions are the wider case.
  CHECK(d.high - d.mean == Approx(1.95996 * std::sqrt(0.09 / 199)).epsilon(0.001));
  CHECK(d.mean - d.low == Approx(d.high - d.mean));
  CHECK(side_of_zero(d) == "above");
  CHECK(side_of_zero(paired_difference(group_all(theirs), group_all(ours))) == "below");
}

TEST_CASE("videos that stand or fall together widen a difference") {
  const auto ours = grid(10, 10, [](int v, int) { return v < 7; });
  const auto theirs = grid(10, 10, [](int, int) { return false; });
  const auto d = paired_difference(group_all(ours), group_all(theirs));
  CHECK(d.mean == Approx(0.7));
  CHECK(d.high - d.mean == Approx(1.95996 * std::sqrt(0.21 / 9)).epsilon(0.001));
}

TEST_CASE("a difference counts only what both were asked") {
  const auto ours = grid(2, 10, [](int, int) { return true; });
  const auto theirs = grid(1, 4, [](int, int) { return true; });
  const auto d = paired_difference(group_all(ours), group_all(theirs));
  CHECK(d.n == 4);
  CHECK(d.mean == 0);
  // Nothing varies: four equal differences do not prove equality.
  CHECK(d.low == -0.75);
  CHECK(d.high == 0.75);
  CHECK(side_of_zero(d) == "at");
  const auto none = paired_difference(group_all(ours), {});
  CHECK(none.n == 0);
  CHECK(side_of_zero(none) == "");
}

TEST_CASE("an answer that knows no picture is held against chance") {
  auto outcomes = grid(20, 20, [](int v, int q) { return (v + q) % 2 == 0; });
  for (auto& outcome : outcomes) outcome.chance = 0.5;
  CHECK(mean_chance(group_all(outcomes)) == 0.5);
  CHECK(side_of_zero(difference_from_chance(group_all(outcomes))) == "at");
  for (std::size_t i = 0; i < outcomes.size(); i += 5) outcomes[i].score.correct = true;
  CHECK(side_of_zero(difference_from_chance(group_all(outcomes))) == "above");
  for (auto& outcome : outcomes) outcome.score.correct = false;
  CHECK(side_of_zero(difference_from_chance(group_all(outcomes))) == "below");
  for (auto& outcome : outcomes) outcome.chance.reset();
  CHECK_FALSE(mean_chance(group_all(outcomes)));
  CHECK(difference_from_chance(group_all(outcomes)).n == 0);
}

TEST_CASE("coin flips leave chance out of the 95 % interval one time in twenty") {
  std::mt19937 random(11);
  int outside = 0;
  const int rounds = 1000;
  for (int round = 0; round < rounds; ++round) {
    auto outcomes = grid(50, 4, [&](int, int) { return random() % 2 == 0; });
    for (auto& outcome : outcomes) outcome.chance = 0.5;
    outside += side_of_zero(difference_from_chance(group_all(outcomes))) != "at";
  }
  CHECK(outside > rounds * 0.01);
  CHECK(outside < rounds * 0.08);
}

TEST_CASE("the funnel counts questions with known evidence, and those right without it") {
  std::vector<Outcome> outcomes(5, make_outcome("v", true));
  for (auto& outcome : outcomes) outcome.question.evidence = {span(1, 2)};
  outcomes[0].funnel = {true, true, true, true, true};
  outcomes[1].funnel = {true, true, true, true, false};
  outcomes[2].funnel = {true, true, false, false, true};
  outcomes[3].funnel = {true, false, false, false, false};
  outcomes[4].question.evidence.clear();
  const FunnelCounts counts = count_steps(group_all(outcomes));
  CHECK(counts.evidence_known == 4);
  CHECK(counts.sampled == 4);
  CHECK(counts.cached == 3);
  CHECK(counts.retrieved == 2);
  CHECK(counts.touched == 2);
  CHECK(counts.answered == 1);
  CHECK(counts.right_without_path == 1);
}

TEST_CASE(
    "intervals: an error without overlap is one of search, with overlap one of the boundary") {
  const std::vector<Outcome> outcomes{interval_outcome(0, 0.5),
                                      interval_outcome(0.3, 0.5),
                                      interval_outcome(0.5, 0.5),
                                      interval_outcome(0.8, 0.5),
                                      make_outcome("v", false)};
  const Grounding grounding = grounding_of(group_all(outcomes));
  CHECK(grounding.n == 4);
  CHECK(grounding.mean_iou == Approx(0.4));
  CHECK(grounding.recall_03 == 0.75);
  CHECK(grounding.recall_05 == 0.5);
  CHECK(grounding.recall_07 == 0.25);
  CHECK(grounding.search_errors == 1);
  CHECK(grounding.boundary_errors == 1);
  CHECK(grounding_of({}).n == 0);
}

TEST_CASE("median and 95th percentile lie between the nearest values") {
  std::vector<double> hundred(101);
  std::iota(hundred.rbegin(), hundred.rend(), 0.0);
  CHECK(quantiles(hundred).median == 50);
  CHECK(quantiles(hundred).p95 == Approx(95));
  CHECK(quantiles({1, 2}).median == 1.5);
  CHECK(quantiles({1, 2}).p95 == Approx(1.95));
  CHECK(quantiles({7}).p95 == 7);
  CHECK(quantiles({}).median == 0);
}

TEST_CASE("what a question costs") {
  std::vector<Outcome> outcomes(3, make_outcome("v", true));
  for (int i = 0; i < 3; ++i)
    outcomes[static_cast<std::size_t>(i)].cost = {i, 10 * i, 100 * i, 0.5 * i};
  const CostSummary cost = cost_of(group_all(outcomes));
  CHECK(cost.pairs_read.median == 1);
  CHECK(cost.visual_tokens.median == 10);
  CHECK(cost.bytes_read.p95 == Approx(190));
  CHECK(cost.seconds.p95 == Approx(0.95));
}
