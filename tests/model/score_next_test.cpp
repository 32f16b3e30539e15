#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/prompt.h"
#include "model/vision_language_model.h"

namespace hindsight::model {
namespace {

/// Logits are 10 times the prompt's length plus the token's id.
class CountingModel : public LanguageModel {
 public:
  const ModelInfo& info() const override { return info_; }
  Generation generate(const Prompt&, const GenerationOptions&, const OnToken&) override {
    return {};
  }
  std::vector<float> next_token_logits(const Prompt& prompt) override {
    const auto base = static_cast<float>(num_tokens(prompt)) * 10;
    return {base, base + 1, base + 2, base + 3};
  }
  TokenMatrix embed(std::span<const int>) override { return {}; }

 private:
  ModelInfo info_;
};

}  // namespace

TEST_CASE("score_next() gives the logits of the ids asked for, prompt by prompt") {
  CountingModel model;
  const std::vector<Prompt> prompts{{TextPart{7}}, {TextPart{7, 8}, TextPart{9}}};
  const std::vector<int> ids{3, 0, 3};
  CHECK(model.score_next(prompts, ids) ==
        std::vector<std::vector<float>>{{13, 10, 13}, {33, 30, 33}});
  CHECK(model.score_next({}, ids).empty());
  CHECK(model.score_next(prompts, {}) == std::vector<std::vector<float>>(2));
}

TEST_CASE("score_next() refuses ids that the model has no logits for") {
  CountingModel model;
  const std::vector<Prompt> prompts{{TextPart{7}}};
  for (const int id : {4, -1}) {
    CAPTURE(id);
    const std::vector<int> ids{id};
    CHECK_THROWS_AS((void)model.score_next(prompts, ids), Error);
  }
}

TEST_CASE("a reply's margin is what it lacks, token by token, to the likeliest") {
  CountingModel model;
  const Prompt prompt{TextPart{7, 8}};
  const std::vector<std::vector<int>> replies{{3, 3}, {3, 1, 0}, {}};
  CHECK(model.reply_margins(prompt, replies) == std::vector<double>{0, -5, 0});
  CHECK(model.reply_margins(prompt, {}).empty());
  const std::vector<std::vector<int>> unknown{{3}, {4}};
  CHECK_THROWS_AS((void)model.reply_margins(prompt, unknown), Error);
}

}  // namespace hindsight::model
