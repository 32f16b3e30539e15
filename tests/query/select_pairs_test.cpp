#include "query/select_pairs.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "index/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;

namespace {

Candidate candidate(int second, int tokens, double closeness = 0, double subtitle_hit = 0) {
  Candidate c;
  c.pair.id = second + 1;
  c.pair.first = at(second);
  c.pair.second = at(second + 0.5);
  c.pair.covers = span(second, second + 1);
  c.pair.num_tokens = tokens;
  c.closeness = closeness;
  c.subtitle_hit = subtitle_hit;
  return c;
}

/// "3:coverage 7:relevance": seconds and reasons, by time.
std::string describe(const std::vector<Candidate>& candidates, const Selection& selection) {
  std::string text;
  for (const auto& choice : selection.choices) {
    text += fmt::format("{}{}:{}",
                        text.empty() ? "" : " ",
                        to_seconds(candidates[choice.candidate].pair.first),
                        to_string(choice.reason));
  }
  return text;
}

/// Ten pairs of 10 tokens in the order 0 5 2 7 1 3 4 6 8 9.
std::vector<Candidate> ten() {
  std::vector<Candidate> all;
  for (const int second : {0, 5, 2, 7, 1, 3, 4, 6, 8, 9}) all.push_back(candidate(second, 10));
  return all;
}

}  // namespace

TEST_CASE("everything is read when it fits, by time") {
  const auto all = ten();
  const auto selection = select_pairs(all, {.max_visual_tokens = 100});
  CHECK(selection.choices.size() == 10);
  CHECK(selection.visual_tokens == 100);
  CHECK(describe(all, selection).starts_with("0:everything 1:everything 2:everything"));
}

TEST_CASE("without relevance the budget goes to the prefix") {
  const auto all = ten();
  CHECK(describe(all, select_pairs(all, {.max_visual_tokens = 49})) ==
        "0:coverage 2:coverage 5:coverage 7:coverage");
}

TEST_CASE("half of the budget is coverage, half relevance, subtitles and vectors in turn") {
  auto all = ten();
  for (auto& c : all) c.closeness = to_seconds(c.pair.first) / 10;  // 9 is nearest
  all[5].subtitle_hit = 1;                                          // second 3
  CHECK(describe(all, select_pairs(all, {.max_visual_tokens = 60, .has_closeness = true})) ==
        "0:coverage 2:coverage 3:subtitle 5:coverage 8:relevance 9:relevance");
  CHECK(describe(all,
                 select_pairs(
                     all, {.max_visual_tokens = 60, .coverage_share = 1, .has_closeness = true})) ==
        "0:coverage 1:coverage 2:coverage 3:coverage 5:coverage 7:coverage");
  CHECK(describe(all,
                 select_pairs(
                     all, {.max_visual_tokens = 30, .coverage_share = 0, .has_closeness = true})) ==
        "3:subtitle 8:relevance 9:relevance");
}

TEST_CASE("subtitles alone steer when vectors say nothing") {
  auto all = ten();
  all[8].subtitle_hit = 0.5;  // second 8
  CHECK(describe(all, select_pairs(all, {.max_visual_tokens = 40})) ==
        "0:coverage 2:coverage 5:coverage 8:subtitle");
}

TEST_CASE("of near duplicates relevance reads one") {
  auto all = ten();
  for (auto& c : all) c.closeness = to_seconds(c.pair.first) / 10;
  const auto same_picture = [&](std::size_t a, std::size_t b) {
    return to_seconds(all[a].pair.first) >= 6 && to_seconds(all[b].pair.first) >= 6;
  };
  CHECK(
      describe(all,
               select_pairs(all, {.max_visual_tokens = 40, .has_closeness = true}, same_picture)) ==
      "0:coverage 4:relevance 5:coverage 9:relevance");
}

TEST_CASE("the same frames at another size are read once") {
  std::vector<Candidate> all{candidate(0, 10), candidate(0, 40), candidate(1, 10)};
  const auto selection = select_pairs(all, {.max_visual_tokens = 100});
  CHECK(selection.choices.size() == 2);
  CHECK(selection.visual_tokens == 20);
}

TEST_CASE("what stands around pairs counts against the prompt") {
  const auto all = ten();
  const auto selection = select_pairs(
      all, {.max_visual_tokens = 1000, .max_prompt_tokens = 50, .tokens_around_pair = 7});
  CHECK(selection.choices.size() == 2);
  CHECK(selection.prompt_tokens == 34);
}

TEST_CASE("a pair larger than the budget leaves nothing, an empty range neither") {
  const std::vector<Candidate> large{candidate(0, 500)};
  CHECK(select_pairs(large, {.max_visual_tokens = 499}).choices.empty());
  CHECK(select_pairs({}, {.max_visual_tokens = 10}).choices.empty());
}

TEST_CASE("senseless budgets are refused") {
  const auto all = ten();
  for (const SelectOptions& options : {SelectOptions{.max_visual_tokens = 0},
                                       SelectOptions{.max_visual_tokens = -5},
                                       SelectOptions{.max_prompt_tokens = 0},
                                       SelectOptions{.coverage_share = -0.1},
                                       SelectOptions{.coverage_share = 1.1},
                                       SelectOptions{.coverage_share = std::nan("")}}) {
    CHECK_THROWS_AS((void)select_pairs(all, options), Error);
  }
}

TEST_CASE("whatever the candidates, a choice keeps its budgets, its order and its determinism") {
  std::mt19937 random(11);
  for (int round = 0; round < 500; ++round) {
    CAPTURE(round);
    std::vector<Candidate> all;
    std::vector<int> seconds(random() % 60);
    std::iota(seconds.begin(), seconds.end(), 0);
    std::shuffle(seconds.begin(), seconds.end(), random);
    for (const int second : seconds) {
      const double hit = random() % 5 == 0 ? 0.01 * static_cast<double>(1 + random() % 100) : 0;
      all.push_back(candidate(second,
                              1 + static_cast<int>(random() % 64),
                              static_cast<double>(random() % 200) / 100 - 1,
                              hit));
    }
    const SelectOptions options{.max_visual_tokens = 1 + static_cast<int>(random() % 900),
                                .max_prompt_tokens = 1 + static_cast<int>(random() % 1200),
                                .tokens_around_pair = static_cast<int>(random() % 12),
                                .coverage_share = static_cast<double>(random() % 11) / 10,
                                .has_closeness = random() % 2 == 0};
    const auto selection = select_pairs(all, options);
    int visual = 0;
    MediaTime last = at(-1);
    for (const auto& choice : selection.choices) {
      const auto& pair = all[choice.candidate].pair;
      REQUIRE(pair.first > last);
      last = pair.first;
      visual += pair.num_tokens;
    }
    REQUIRE(visual == selection.visual_tokens);
    REQUIRE(visual <= options.max_visual_tokens);
    REQUIRE(selection.prompt_tokens ==
            visual + options.tokens_around_pair * static_cast<int>(selection.choices.size()));
    REQUIRE(selection.prompt_tokens <= options.max_prompt_tokens);
    REQUIRE(select_pairs(all, options).choices == selection.choices);
  }
}

TEST_CASE("pairs that somebody else chose are taken in their order until one does not fit") {
  const auto all = ten();
  using Order = std::vector<std::size_t>;
  struct Row {
    std::string name;
    Order order;
    SelectOptions options;
    std::string expected;
  };
  const std::vector<Row> rows{
      {"none", {}, {}, ""},
      {"read by time", {3, 0}, {}, "0:given 7:given"},
      {"the visual budget ends it", {3, 0, 1}, {.max_visual_tokens = 25}, "0:given 7:given"},
      {"the prompt ends it", {3, 0}, {.max_prompt_tokens = 29, .tokens_around_pair = 5}, "7:given"},
      {"named twice, taken once", {3, 3, 0}, {.max_visual_tokens = 20}, "0:given 7:given"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(describe(all, take_pairs(all, row.order, row.options)) == row.expected);
  }
  CHECK_THROWS_WITH_AS(
      (void)take_pairs(all, Order{10}, {}), "pair 10 of 10 was chosen", const Error&);
}

TEST_CASE("a budget is split evenly, small claims pass on what they leave") {
  using Claims = std::vector<std::int64_t>;
  CHECK(split_budget(90, Claims{100, 100, 100}) == std::vector<int>{30, 30, 30});
  CHECK(split_budget(90, Claims{10, 100, 100}) == std::vector<int>{10, 40, 40});
  CHECK(split_budget(90, Claims{100, 10, 20}) == std::vector<int>{60, 10, 20});
  CHECK(split_budget(1000, Claims{100, 10}) == std::vector<int>{100, 10});
  CHECK(split_budget(0, Claims{5}) == std::vector<int>{0});
  CHECK(split_budget(7, Claims{}).empty());
}
