#include "model/generation.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/goldens.h"

namespace hindsight::model {
namespace {

constexpr float kExcluded = -std::numeric_limits<float>::infinity();

std::vector<int> draw(const GenerationOptions& options,
                      const std::vector<float>& logits,
                      int count) {
  TokenSampler sampler(options);
  std::vector<int> tokens;
  for (int i = 0; i < count; ++i) {
    auto copy = logits;
    tokens.push_back(sampler.next(copy, {}));
  }
  return tokens;
}

}  // namespace

TEST_CASE("logits are processed as transformers 4.49 does") {
  for (const auto& row : test::load_golden("generation_goldens.json")) {
    CAPTURE(row.dump());
    auto logits = row["logits"].get<std::vector<float>>();
    apply_repetition_penalty(
        logits, row["seen"].get<std::vector<int>>(), row["repetition_penalty"]);
    for (float& logit : logits) logit /= row["temperature"].get<float>();
    keep_top_k(logits, row["top_k"]);
    keep_top_p(logits, row["top_p"]);
    const auto& expected = row["scores"];
    REQUIRE(expected.size() == logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
      CAPTURE(i);
      if (expected[i].is_null()) {
        CHECK(logits[i] == kExcluded);
      } else {
        CHECK(logits[i] == doctest::Approx(expected[i].get<float>()).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("the repetition penalty counts a token once and ignores ids beyond the logits") {
  std::vector<float> logits{2, -2, 4, 1};
  apply_repetition_penalty(logits, std::vector<int>{0, 0, 1, 7, -1}, 2.0);
  CHECK(logits == std::vector<float>{1, -4, 4, 1});
}

TEST_CASE("top-k keeps ties, and top-p at least one token") {
  std::vector<float> ties{1, 3, 3, 3, 0};
  keep_top_k(ties, 2);
  CHECK(ties == std::vector<float>{kExcluded, 3, 3, 3, kExcluded});
  std::vector<float> untouched{1, 2};
  keep_top_k(untouched, 0);
  keep_top_k(untouched, 5);
  keep_top_p(untouched, 1.0);
  CHECK(untouched == std::vector<float>{1, 2});

  const float third = std::log(0.3F);
  std::vector<float> half{third, std::log(0.5F), std::log(0.2F)};
  keep_top_p(half, 0.6);
  CHECK(half[2] == kExcluded);
  CHECK(half[0] == third);
  keep_top_p(half, 1e-9);
  CHECK(half[0] == kExcluded);
  CHECK(half[1] == std::log(0.5F));
}

TEST_CASE("greedy choice takes the first of equals and still applies the repetition penalty") {
  GenerationOptions options;
  CHECK(draw(options, {1, 5, 5, 2}, 2) == std::vector<int>{1, 1});
  options.repetition_penalty = 10;
  std::vector<float> logits{1, 5, 4, 2};
  CHECK(TokenSampler(options).next(logits, std::vector<int>{1}) == 2);
}

TEST_CASE("a seed determines the draws on every platform") {
  GenerationOptions options{.do_sample = true, .seed = 1};
  const std::vector<float> logits{0, 1, 2, 1, 0};
  const auto first = draw(options, logits, 20);
  CHECK(first == draw(options, logits, 20));
  // From a second implementation of the generator and of the rule.
  CHECK(first == std::vector<int>{1, 1, 2, 0, 2, 3, 2, 1, 2, 2, 1, 2, 3, 1, 2, 1, 2, 3, 2, 2});
  options.seed = 2;
  CHECK(first != draw(options, logits, 20));
}

TEST_CASE("draws follow the probabilities") {
  const GenerationOptions options{.do_sample = true, .temperature = 2.0, .seed = 3};
  const std::vector<float> logits{
      0, 2.0F * std::log(2.0F), 2.0F * std::log(5.0F)};  // 1 : 2 : 5 at this temperature
  std::vector<int> counts(3);
  constexpr int kDraws = 8000;
  for (const int token : draw(options, logits, kDraws)) ++counts[static_cast<std::size_t>(token)];
  CHECK(std::abs(counts[0] - kDraws / 8) < 150);  // 5 standard deviations
  CHECK(std::abs(counts[1] - kDraws / 4) < 195);
}

TEST_CASE("top-k 1 makes sampling greedy, and excluded tokens are never drawn") {
  CHECK(draw({.do_sample = true, .top_k = 1, .seed = 4}, {0, 1, 1}, 50) == std::vector<int>(50, 1));
  CHECK(draw({.do_sample = true, .top_k = 1, .seed = 4}, {0, 1, 0.9F}, 50) ==
        std::vector<int>(50, 1));
  const auto tokens = draw({.do_sample = true, .top_p = 0.5, .seed = 4}, {2, 2, -1, -1}, 100);
  for (const int token : tokens) CHECK(token < 2);
}

TEST_CASE("options that make no sense are refused by name") {
  struct Row {
    GenerationOptions options;
    std::string message;
  };
  const std::vector<Row> rows{
      {{.max_new_tokens = 0}, "max_new_tokens is 0, but must be at least 1"},
      {{.top_k = -1}, "top_k is -1, but must be 0 (no limit) or more"},
      {{.top_p = 0}, "top_p is 0, but must be above 0 and at most 1"},
      {{.top_p = std::nan("")}, "top_p is nan, but must be above 0 and at most 1"},
      {{.repetition_penalty = 0}, "repetition_penalty is 0, but must be positive (1: none)"},
      {{.do_sample = true, .temperature = 0},
       "temperature is 0, but must be positive when sampling (for the most likely token, do not "
       "sample)"},
  };
  for (const auto& row : rows) CHECK_THROWS_WITH(TokenSampler{row.options}, row.message.c_str());
  CHECK_NOTHROW(check({.temperature = 0}));  // not read when not sampling
  std::vector<float> none;
  CHECK_THROWS_AS((void)TokenSampler({}).next(none, {}), Error);
}

}  // namespace hindsight::model
