#include "evaluation/baselines.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "evaluation/support.h"

using namespace hindsight;
using namespace hindsight::evaluation;
using doctest::Approx;
using test::at;
using test::make_question;
using test::span;
using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::string>;
using Positions = std::vector<std::size_t>;

BenchmarkQuestion text_question(const std::string& video, const std::string& text) {
  return make_question(video, "attribute", {.text = text}, Rule::exact);
}

/// The prior's answer to the first question.
std::optional<Response> first_prior(const std::vector<BenchmarkQuestion>& questions,
                                    MediaDuration length = 100s) {
  std::map<std::string, MediaDuration> lengths;
  for (const auto& question : questions) lengths.emplace(question.video, length);
  return prior_answers(questions, lengths).front();
}

std::string fault(const Names& names) {
  try {
    (void)parse_baselines(names);
    return "";
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::usage);
    return e.what();
  }
}

}  // namespace

TEST_CASE("baselines are named, each once") {
  using List = std::vector<Baseline>;
  CHECK(parse_baselines(Names{}).empty());
  CHECK(parse_baselines(Names{"none"}).empty());
  CHECK(parse_baselines(Names{"oracle", "blind", "oracle"}) ==
        List{Baseline::blind, Baseline::oracle});
  CHECK(fault({"blnd"}) ==
        "there is no baseline 'blnd'; --baseline takes none, blind, prior, uniform and oracle");
  CHECK(fault({"none", "prior"}) == "--baseline none stands beside prior; leave one of them out");
  for (const Baseline b : {Baseline::blind, Baseline::prior, Baseline::uniform, Baseline::oracle})
    CHECK(parse_baselines(Names{std::string(to_string(b))}) == List{b});
}

TEST_CASE("the prior is the most frequent answer of the other videos, however it is spelled") {
  const auto prior = first_prior({text_question("a", "green"),
                                  text_question("b", "White."),
                                  text_question("c", "red"),
                                  text_question("d", "the white")});
  REQUIRE(prior);
  CHECK(prior->found);
  CHECK(normalized(prior->text) == "white");
}

TEST_CASE("the prior never sees an answer about the same video") {
  // Three of five answers are green, but all about the video that is asked.
  const std::vector<BenchmarkQuestion> questions{text_question("a", "green"),
                                                 text_question("a", "green"),
                                                 text_question("a", "green"),
                                                 text_question("b", "red"),
                                                 text_question("c", "red")};
  CHECK(first_prior(questions)->text == "red");
  CHECK_FALSE(first_prior({questions[0], questions[1]}));
}

TEST_CASE("the prior keeps to the type") {
  const auto other = make_question("b", "count", {.number = 3}, Rule::exact);
  CHECK_FALSE(first_prior({text_question("a", "red"), other}));
}

TEST_CASE("the prior of numbers, lists and what never happens") {
  const auto number = [](const std::string& video, double value, Rule rule) {
    return make_question(video, "count", {.number = value}, rule, rule == Rule::exact ? 0 : 1);
  };
  CHECK(first_prior({number("a", 9, Rule::exact),
                     number("b", 2, Rule::exact),
                     number("c", 2, Rule::exact),
                     number("d", 7, Rule::exact)})
            ->number == 2);
  CHECK(first_prior({number("a", 9, Rule::absolute),
                     number("b", 1, Rule::absolute),
                     number("c", 2, Rule::absolute),
                     number("d", 5, Rule::absolute),
                     number("e", 6, Rule::absolute)})
            ->number == 3.5);
  const auto list = [](const std::string& video, std::vector<std::string> items) {
    return make_question(video, "order", {.list = std::move(items)}, Rule::exact);
  };
  const auto order = first_prior({list("a", {"x"}), list("b", {"dog", "car"})});
  CHECK(score(list("a", {"dog", "car"}), *order).correct);
  const auto absent = [](const std::string& video) {
    return make_question(video, "absent", {.absent = true}, Rule::refusal);
  };
  CHECK_FALSE(first_prior({absent("a"), absent("b")})->found);
}

TEST_CASE("the prior of intervals is their mean place and length, relative to the video") {
  const auto when = [](const std::string& video, std::vector<TimeSpan> spans) {
    return make_question(video, "when", {.intervals = std::move(spans)}, Rule::iou, 0.5);
  };
  // Middles at 0.2 and 0.4, lengths 0.1 and 0.3 of their videos; asked about one of 1000 s.
  const std::vector<BenchmarkQuestion> questions{
      when("a", {span(0, 1)}), when("b", {span(15, 25)}), when("c", {span(50, 110)})};
  const auto priors = prior_answers(questions, {{"a", 1000s}, {"b", 100s}, {"c", 200s}});
  REQUIRE(priors[0]);
  REQUIRE(priors[0]->intervals.size() == 1);
  CHECK(to_seconds(priors[0]->intervals[0].begin) == Approx(200));
  CHECK(to_seconds(priors[0]->intervals[0].end) == Approx(400));
  const auto whole = first_prior({when("a", {span(0, 1)}), when("b", {span(0, 100)})});
  CHECK(whole->intervals == std::vector{span(0, 100)});
}

TEST_CASE("chance is a half for yes and no, else what the prior gets") {
  const auto yes = text_question("a", "yes");
  const auto red = text_question("a", "red");
  CHECK(chance_of(yes, Response{.found = true, .text = "yes"}) == 0.5);
  CHECK(chance_of(yes, std::nullopt) == 0.5);
  CHECK(chance_of(red, Response{.found = true, .text = "red"}) == 1.0);
  CHECK(chance_of(red, Response{.found = true, .text = "blue"}) == 0.0);
  CHECK_FALSE(chance_of(red, std::nullopt));
}

TEST_CASE("an even choice takes the pair nearest the middle of every cell") {
  std::vector<MediaTime> times;
  for (int second = 0; second < 10; ++second) times.push_back(at(second));
  const TimeSpan range = span(0, 10);
  const auto at_most = [](std::size_t n) {
    return [n](std::span<const std::size_t> chosen) { return chosen.size() <= n; };
  };
  CHECK(spread_evenly(times, range, at_most(0)).empty());
  CHECK(spread_evenly(times, range, at_most(1)) == Positions{5});
  CHECK(spread_evenly(times, range, at_most(2)) == Positions{2, 7});
  CHECK(spread_evenly(times, range, at_most(5)) == Positions{1, 3, 5, 7, 9});
  CHECK(spread_evenly(times, range, at_most(10)).size() == 10);
  CHECK(spread_evenly({}, range, at_most(1)).empty());
  const std::vector<MediaTime> twice{at(3), at(3)};
  CHECK(spread_evenly(twice, range, at_most(2)) == Positions{0});
}

TEST_CASE("an even choice does not follow where the pairs are many") {
  // A pair every 10 s for 1000 s, and 500 more within the last 50 s.
  std::vector<MediaTime> times;
  for (int i = 0; i < 100; ++i) times.push_back(at(i * 10));
  for (int i = 0; i < 500; ++i) times.push_back(at(950 + i * 0.1 + 0.05));
  const auto chosen = spread_evenly(
      times, span(0, 1000), [](std::span<const std::size_t> c) { return c.size() <= 20; });
  CHECK(chosen.size() == 20);
  const auto late = std::count_if(
      chosen.begin(), chosen.end(), [&](std::size_t i) { return times[i] >= at(950); });
  CHECK(late == 1);
}

TEST_CASE("an even choice is within its budget, in order, and leaves nothing out that fits") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<MediaTime> times;
    std::vector<int> tokens;
    for (auto n = 1 + random() % 80; n > 0; --n) {
      times.push_back(MediaTime::from_ns(static_cast<std::int64_t>(random() % 1'000'000'000)));
      tokens.push_back(1 + static_cast<int>(random() % 16));
    }
    const int budget = static_cast<int>(random() % 400);
    const auto cost = [&](std::span<const std::size_t> chosen) {
      int sum = 0;
      for (const std::size_t i : chosen) sum += tokens[i];
      return sum;
    };
    const auto chosen =
        spread_evenly(times, span(0, 1), [&](const auto& c) { return cost(c) <= budget; });
    const int spent = cost(chosen);
    REQUIRE(spent <= budget);
    for (std::size_t i = 1; i < chosen.size(); ++i)
      REQUIRE(times[chosen[i - 1]] < times[chosen[i]]);
    for (std::size_t i = 0; i < times.size(); ++i) {
      const bool is_chosen = std::find(chosen.begin(), chosen.end(), i) != chosen.end();
      REQUIRE((is_chosen || spent + tokens[i] > budget));
    }
  }
}
