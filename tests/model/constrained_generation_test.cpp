#include "model/constrained_generation.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "model/generation.h"
#include "model/json_schema.h"
#include "model/random_checkpoint.h"

namespace hindsight::model {
namespace {

using Kind = JsonSchema::Kind;

const ModelConfig& config() {
  static const auto shape = checkpoint_shape("tiny", Family::qwen2_vl);
  return shape;
}

const Tokenizer& tokenizer() {
  static const auto parsed = Tokenizer::parse(byte_level_tokenizer_json(config()), "generated");
  return parsed;
}

int end_token() { return tokenizer().id_of("<|im_end|>"); }

ByteGrammar grammar() {
  const auto make = [](JsonSchema value) {
    return std::make_shared<const JsonSchema>(std::move(value));
  };
  const auto text = make({.kind = Kind::text, .least = 1, .most = 20});
  return to_grammar(
      make({.kind = Kind::object,
            .members = {{"of", make({.kind = Kind::array, .of = {text}, .least = 1, .most = 4})},
                        {"n", make({.kind = Kind::integer, .least = -1, .most = 3}), false}}}));
}

struct Written {
  std::string text;
  bool ended = false;
};

/// What a model whose logits are noise writes, with as many more rows as real embeddings have.
Written write(unsigned seed, GenerationOptions options) {
  std::mt19937 random(seed);
  std::normal_distribution<float> noise(0, 3);
  TokenSampler sampler(options);
  std::vector<int> ids;
  Written written;
  while (static_cast<int>(ids.size()) < options.max_new_tokens && !written.ended) {
    std::vector<float> logits(static_cast<std::size_t>(tokenizer().num_ids()) + 64);
    for (float& logit : logits) logit = noise(random);
    const int id = sampler.next(logits, ids);
    written.ended = id == end_token();
    if (!written.ended) ids.push_back(id);
  }
  written.text = tokenizer().decode(ids, SpecialTokens::keep);
  return written;
}

}  // namespace

TEST_CASE("whatever the logits say, the text fits the schema and ends within its budget") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const int budget = 12 + static_cast<int>(seed % 5) * 20;
    GenerationOptions options{.max_new_tokens = budget, .do_sample = seed % 2 == 1};
    options.filter = restrict_to(grammar(), tokenizer(), {end_token()}, budget);
    const auto written = write(seed, options);
    CAPTURE(written.text);
    const auto json = nlohmann::json::parse(written.text, nullptr, false);
    REQUIRE(!json.is_discarded());
    CHECK(json.at("of").size() >= 1);
    for (const auto& [key, value] : json.items()) CHECK((key == "of" || key == "n"));
  }
}

TEST_CASE("a confident model is left alone where it stays within the schema") {
  const std::string wanted = R"({"of": ["a red car"], "n": 3})";
  auto ids = tokenizer().encode(wanted, AddedTokens::as_text);
  ids.push_back(end_token());
  GenerationOptions options{.max_new_tokens = 80};
  options.filter = restrict_to(grammar(), tokenizer(), {end_token()}, 80);
  TokenSampler sampler(options);
  for (const int id : ids) {
    std::vector<float> logits(static_cast<std::size_t>(tokenizer().num_ids()));
    logits[static_cast<std::size_t>(id)] = 10;
    CHECK(sampler.next(logits, {}) == id);
  }
}

TEST_CASE("a filter without an end, or without room for one, is refused") {
  CHECK_THROWS_WITH_AS(restrict_to(grammar(), tokenizer(), {}, 80),
                       "the checkpoint names no end token, so that no text can end",
                       Error);
  CHECK_THROWS_WITH_AS(restrict_to(grammar(), tokenizer(), {end_token()}, 9),
                       "9 new tokens are allowed, but the shortest text has 12 bytes",
                       Error);
}

}  // namespace hindsight::model
