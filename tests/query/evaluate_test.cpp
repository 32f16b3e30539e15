#include "query/evaluate.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "index/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::span;

namespace {

const Intervals kRange{span(0, 100)};

PlanNode leaf(const std::string& name) { return {.predicate = name}; }
PlanNode node(PlanOp op, std::vector<PlanNode> of) { return {.op = op, .of = std::move(of)}; }

Evaluation run(const PlanNode& plan,
               const std::map<std::string, Intervals>& truth,
               const Intervals& ranges = kRange) {
  return evaluate(plan, ranges, [&](const std::string& predicate, const Intervals& within) {
    return both(truth.at(predicate), within);
  });
}

}  // namespace

TEST_CASE("operators of a plan give the intervals that their words say") {
  const std::map<std::string, Intervals> truth{
      {"car", {span(0, 10), span(20, 30), span(40, 60), span(90, 100)}},
      {"truck", {span(25, 45)}},
      {"bus", {span(80, 85)}},
      {"nothing", {}}};
  const auto car = leaf("car");
  const auto truck = leaf("truck");
  PlanNode second = node(PlanOp::nth, {car});
  second.n = 2;
  PlanNode near = node(PlanOp::near, {car, leaf("bus")});
  near.distance = std::chrono::seconds{5};
  PlanNode ends_near =
      node(PlanOp::near, {node(PlanOp::offsets, {car}), node(PlanOp::onsets, {truck})});
  ends_near.distance = std::chrono::seconds{6};
  PlanNode second_left = node(PlanOp::nth, {node(PlanOp::offsets, {car})});
  second_left.n = 2;
  PlanNode contains = node(PlanOp::relation, {truck, car});
  contains.relation = Relation::overlapped_by;
  struct Row {
    std::string name;
    PlanNode plan;
    Intervals expected;
  };
  const std::vector<Row> rows{
      {"timeline", truck, {span(25, 45)}},
      {"both", node(PlanOp::both, {car, truck}), {span(25, 30), span(40, 45)}},
      {"either", node(PlanOp::either, {truck, leaf("bus")}), {span(25, 45), span(80, 85)}},
      {"not", node(PlanOp::negation, {truck}), {span(0, 25), span(45, 100)}},
      {"nth", second, {span(20, 30)}},
      {"longest", node(PlanOp::longest, {car}), {span(40, 60)}},
      {"shortest", node(PlanOp::shortest, {car}), {span(0, 10)}},
      {"gaps", node(PlanOp::gaps, {car}), {span(10, 20), span(30, 40), span(60, 90)}},
      {"onsets", node(PlanOp::onsets, {car}), {span(20, 30), span(40, 60), span(90, 100)}},
      {"offsets", node(PlanOp::offsets, {car}), {span(0, 10), span(20, 30), span(40, 60)}},
      {"before", node(PlanOp::before, {car, truck}), {span(0, 10), span(20, 30)}},
      {"before_end",
       node(PlanOp::before_end, {car, truck}),
       {span(0, 10), span(20, 30), span(40, 60)}},
      {"after", node(PlanOp::after, {car, truck}), {span(40, 60), span(90, 100)}},
      {"after itself",
       node(PlanOp::after, {car, car}),
       {span(20, 30), span(40, 60), span(90, 100)}},
      {"after_end", node(PlanOp::after_end, {car, truck}), {span(90, 100)}},
      {"until", node(PlanOp::until, {car, truck}), {span(0, 10), span(20, 25)}},
      {"until_end",
       node(PlanOp::until_end, {car, truck}),
       {span(0, 10), span(20, 30), span(40, 45)}},
      {"since", node(PlanOp::since, {car, truck}), {span(25, 30), span(40, 60), span(90, 100)}},
      {"since_end", node(PlanOp::since_end, {car, truck}), {span(45, 60), span(90, 100)}},
      {"inside",
       node(PlanOp::inside, {leaf("bus"), node(PlanOp::negation, {car})}),
       {span(80, 85)}},
      {"sharing", node(PlanOp::sharing, {car, truck}), {span(20, 30), span(40, 60)}},
      {"at_begin", node(PlanOp::at_begin, {car, truck}), {span(20, 30)}},
      {"at_end", node(PlanOp::at_end, {car, truck}), {span(40, 60)}},
      {"between", node(PlanOp::between, {car, truck, leaf("bus")}), {span(40, 60)}},
      {"near", near, {span(90, 100)}},
      {"ends before", node(PlanOp::before, {node(PlanOp::offsets, {car}), truck}), {span(0, 10)}},
      {"ends after",
       node(PlanOp::after, {node(PlanOp::offsets, {car}), truck}),
       {span(20, 30), span(40, 60)}},
      {"before an end",
       node(PlanOp::before, {car, node(PlanOp::offsets, {truck})}),
       {span(0, 10), span(20, 30), span(40, 60)}},
      {"ends near an onset", ends_near, {span(20, 30)}},
      {"ends between",
       node(PlanOp::between,
            {node(PlanOp::offsets, {car}), node(PlanOp::onsets, {truck}), leaf("bus")}),
       {span(20, 30), span(40, 60)}},
      {"from the end of the n-th",
       node(PlanOp::stretch, {second_left, leaf("bus")}),
       {span(30, 80)}},
      {"relation", contains, {span(25, 45)}},
      {"stretch", node(PlanOp::stretch, {truck, leaf("bus")}), {span(25, 80)}},
      {"stretch from an end",
       node(PlanOp::stretch, {node(PlanOp::offsets, {truck}), leaf("bus")}),
       {span(45, 80)}},
      {"stretch that never ends", node(PlanOp::stretch, {leaf("bus"), truck}), {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto found = run(row.plan, truth);
    CHECK(found.list == row.expected);
    CHECK(found.missing.empty());
  }
}

TEST_CASE("what others are compared with and is nowhere is named") {
  const std::map<std::string, Intervals> truth{{"car", {span(0, 10)}}, {"truck", {}}, {"bus", {}}};
  for (const auto op : {PlanOp::before,
                        PlanOp::after,
                        PlanOp::until,
                        PlanOp::since_end,
                        PlanOp::sharing,
                        PlanOp::near}) {
    const auto found = run(node(op, {leaf("car"), leaf("truck")}), truth);
    CHECK(found.list.empty());
    CHECK(found.missing == std::vector<std::string>{"truck"});
  }
  CHECK(run(node(PlanOp::between, {leaf("car"), leaf("car"), leaf("bus")}), truth).missing ==
        std::vector<std::string>{"bus"});
  CHECK(run(node(PlanOp::stretch, {leaf("truck"), leaf("car")}), truth).missing ==
        std::vector<std::string>{"truck"});
  // What is asked about is not missing, it is not there.
  CHECK(run(leaf("truck"), truth).missing.empty());
}

TEST_CASE("a plan over random timelines equals the operators, moment by moment") {
  std::mt19937 random(9);
  const auto timeline = [&] {
    Intervals list;
    for (int t = std::uniform_int_distribution(0, 9)(random); t < 95;) {
      const int end = t + std::uniform_int_distribution(1, 9)(random);
      list.push_back(span(t, std::min(100, end)));
      t = end + std::uniform_int_distribution(1, 9)(random);
    }
    return list;
  };
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const std::map<std::string, Intervals> truth{
        {"a", timeline()}, {"b", timeline()}, {"c", timeline()}};
    // a and not b, or c
    const auto plan =
        node(PlanOp::either,
             {node(PlanOp::both, {leaf("a"), node(PlanOp::negation, {leaf("b")})}), leaf("c")});
    const auto found = run(plan, truth).list;
    for (int t = 0; t < 100; ++t) {
      const auto at = test::at(t);
      const bool expected = (holds_at(truth.at("a"), at) && !holds_at(truth.at("b"), at)) ||
                            holds_at(truth.at("c"), at);
      CHECK(holds_at(found, at) == expected);
    }
  }
}

TEST_CASE("until and since cut a random timeline moment by moment") {
  std::mt19937 random(12);
  const auto timeline = [&] {
    Intervals list;
    for (int t = std::uniform_int_distribution(0, 30)(random); t < 95;) {
      const int end = t + std::uniform_int_distribution(1, 20)(random);
      list.push_back(span(t, std::min(100, end)));
      t = end + std::uniform_int_distribution(1, 20)(random);
    }
    return list;
  };
  const Intervals ranges{span(10, 40), span(50, 90)};
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const std::map<std::string, Intervals> truth{{"a", timeline()}, {"b", timeline()}};
    const auto reference = both(truth.at("b"), ranges);
    if (reference.empty()) continue;
    struct Row {
      PlanOp op;
      MediaTime cut;
      bool is_before;
    };
    for (const auto& row : {Row{PlanOp::until, reference.front().begin, true},
                            Row{PlanOp::until_end, reference.front().end, true},
                            Row{PlanOp::since, reference.front().begin, false},
                            Row{PlanOp::since_end, reference.front().end, false}}) {
      CAPTURE(static_cast<int>(row.op));
      const auto found = run(node(row.op, {leaf("a"), leaf("b")}), truth, ranges).list;
      for (int t = 0; t < 100; ++t) {
        const auto at = test::at(t);
        const bool is_asked = holds_at(truth.at("a"), at) && holds_at(ranges, at);
        CHECK(holds_at(found, at) == (is_asked && (at < row.cut) == row.is_before));
      }
    }
  }
}

TEST_CASE("arrivals are the rises of how many there are") {
  const auto plan = node(PlanOp::arrivals, {leaf("Is a person in red visible?")});
  std::mt19937 random(4);
  for (int trial = 0; trial < 200; ++trial) {
    // So many are there in each second; the truth of "at least n" follows.
    std::array<int, 101> there{};
    for (std::size_t t = 1; t < 100; ++t)
      there[t] = std::clamp(there[t - 1] + std::uniform_int_distribution(-1, 1)(random), 0, 4);
    std::map<std::string, Intervals> truth;
    int rises = 0;
    for (int least = 1; least <= 5; ++least) {
      constexpr std::array<std::string_view, 6> kNumbers{"", "", "two", "three", "four", "five"};
      const std::string predicate = least == 1
                                        ? "Is a person in red visible?"
                                        : fmt::format("Are {} people in red visible?",
                                                      kNumbers[static_cast<std::size_t>(least)]);
      auto& list = truth[predicate];
      for (std::size_t t = 1; t <= 100; ++t) {
        const auto second = static_cast<int>(t);
        if (there[t] >= least && there[t - 1] < least) {
          list.push_back(span(second, 100));
          ++rises;
        }
        if (there[t] < least && there[t - 1] >= least) list.back().end = span(0, second).end;
      }
    }
    const auto found = run(plan, truth).list;
    CHECK(std::ssize(found) == rises);
    CHECK(std::ranges::is_sorted(found, {}, &TimeSpan::begin));
  }
  // Of what is no thing that can be counted there is one at a time.
  const auto raining = node(PlanOp::arrivals, {leaf("Is it raining?")});
  CHECK(run(raining, {{"Is it raining?", {span(1, 2), span(3, 4)}}}).list.size() == 2);
}

TEST_CASE("the leaves of a plan are what its intervals consist of") {
  const auto names = [](const PlanNode& plan) {
    std::string text;
    for (const auto& leaf : leaves_of(plan)) text += (leaf.is_true ? "+" : "-") + leaf.predicate;
    return text;
  };
  CHECK(names(leaf("a")) == "+a");
  CHECK(names(node(PlanOp::after, {leaf("a"), leaf("b")})) == "+a");
  CHECK(names(node(PlanOp::until, {leaf("a"), leaf("b")})) == "+a");
  CHECK(names(node(PlanOp::both, {leaf("a"), node(PlanOp::negation, {leaf("b")})})) == "+a-b");
  CHECK(names(node(PlanOp::negation, {node(PlanOp::negation, {leaf("a")})})) == "+a");
  CHECK(names(node(PlanOp::gaps, {leaf("a")})) == "-a");
  CHECK(names(node(PlanOp::stretch, {leaf("a"), leaf("b")})) == "+a+b");
}

TEST_CASE("what is ordered or compared with is presupposed, what is asked about is not") {
  const auto names = [](AnswerType type, std::vector<PlanNode> of) {
    std::string text;
    for (const auto& predicate : presupposed_in({.type = type, .of = std::move(of)}))
      text += predicate;
    return text;
  };
  const auto no_b = node(PlanOp::negation, {leaf("b")});
  CHECK(names(AnswerType::when, {leaf("a")}) == "");
  CHECK(names(AnswerType::order, {leaf("a"), leaf("b")}) == "ab");
  CHECK(names(AnswerType::when, {node(PlanOp::after, {leaf("a"), leaf("b")})}) == "b");
  CHECK(names(AnswerType::when, {node(PlanOp::after, {leaf("a"), no_b})}) == "");
  CHECK(names(AnswerType::duration, {node(PlanOp::since, {leaf("a"), leaf("b")})}) == "b");
  CHECK(names(AnswerType::when, {node(PlanOp::sharing, {leaf("a"), leaf("b")})}) == "");
  const auto dog = leaf("Is a dog visible?");
  CHECK(names(AnswerType::when, {node(PlanOp::sharing, {dog, leaf("Is it raining?")})}) == "");
  CHECK(names(AnswerType::when, {node(PlanOp::sharing, {leaf("a"), dog})}) == "Is a dog visible?");
  CHECK(names(AnswerType::when, {node(PlanOp::both, {leaf("a"), leaf("b")})}) == "");
  CHECK(names(AnswerType::count, {node(PlanOp::between, {leaf("a"), leaf("b"), leaf("c")})}) ==
        "bc");
  CHECK(names(AnswerType::duration, {node(PlanOp::stretch, {leaf("a"), leaf("b")})}) == "ab");
  CHECK(names(AnswerType::when,
              {node(PlanOp::nth, {node(PlanOp::before, {leaf("a"), leaf("b")})})}) == "b");
}
