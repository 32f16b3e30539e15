// The language model as a whole: chunks, caches, limits and callbacks.
#include "model/generation.h"

#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/torch/goldens.h"
#include "model/torch/on_demand.h"

namespace {

using namespace hindsight;
using namespace hindsight::model;
using hindsight::model::torch::CheckpointModel;
using hindsight::model::torch::LoadOptions;

std::unique_ptr<CheckpointModel> load(LoadOptions::DType dtype = LoadOptions::DType::fp32,
                                      int threads = 1) {
  LoadOptions options;
  options.dtype = dtype;
  options.threads = threads;
  return model::torch::load_language_model(test::golden_checkpoint("qwen2_vl"), options, {});
}

Prompt text_prompt(int length) {
  TextPart ids;
  for (int i = 0; i < length; ++i) ids.push_back((i * 37 + 11) % 280);
  return {ids};
}

GenerationOptions limited(int max_new_tokens) {
  GenerationOptions options;
  options.max_new_tokens = max_new_tokens;
  return options;
}

TEST_CASE("decoding step by step equals scoring the whole text") {
  for (const auto dtype : {LoadOptions::DType::fp32, LoadOptions::DType::bf16}) {
    const auto model = load(dtype);
    Prompt prompt = text_prompt(9);
    const Generation generation = model->generate(prompt, limited(6));
    CHECK(generation.prompt_tokens == 9);
    CHECK(generation.stop == Generation::Stop::length);
    REQUIRE(generation.ids.size() == 6);
    if (dtype == LoadOptions::DType::bf16) continue;  // ties may fall the other way
    for (const int id : generation.ids) {
      CHECK(argmax(model->next_token_logits(prompt)) == id);
      std::get<TextPart>(prompt.front()).push_back(id);
    }
  }
}

TEST_CASE("a prompt longer than a chunk scores as its prefixes do") {
  const auto model = load();
  const Prompt long_prompt = text_prompt(2500);
  const TokenMatrix all = model->all_logits(long_prompt);
  CHECK(all.rows == 2500);
  for (const int length : {1, 1023, 1024, 1025, 2049, 2500}) {
    CAPTURE(length);
    const auto row = all.row(length - 1);
    CHECK(test::relative_error(model->next_token_logits(text_prompt(length)),
                               {row.begin(), row.end()}) < 1e-4);
  }
}

/// Text, a pair of `side` x `side` patches, text.
Prompt picture_prompt(int side, int text, float level) {
  const GridThw grid{1, side, side};
  TokenMatrix tokens{static_cast<int>(grid.num_tokens()), load()->info().token_width, {}};
  for (int i = 0; i < tokens.rows * tokens.width; ++i)
    tokens.values.push_back(level * static_cast<float>(i % 7 - 3));
  return {text_prompt(3).front(),
          VisualPart{.grid = grid, .tokens = tokens},
          text_prompt(text).front()};
}

TEST_CASE("prompts scored together score as they do alone, in any company") {
  const std::vector<int> ids{5, 500, 17};
  // Another number of rows may add in another order.
  constexpr double kRounding = 2e-6;
  std::vector<Prompt> prompts;
  for (int i = 0; i < 40; ++i)
    prompts.push_back(
        picture_prompt(i % 3 == 0 ? 4 : 8, 4 + i % 4, 0.1F * static_cast<float>(i + 1)));
  const auto model = load();
  const auto together = model->score_next(prompts, ids);
  REQUIRE(together.size() == prompts.size());
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CAPTURE(i);
    const auto logits = model->next_token_logits(prompts[i]);
    const std::vector<float> expected{logits[5], logits[500], logits[17]};
    CHECK(test::relative_error(together[i], expected) < kRounding);
    CHECK(test::relative_error(model->score_next(std::span(prompts).subspan(i, 1), ids)[0],
                               expected) < kRounding);
  }
  const auto by_three = load(LoadOptions::DType::fp32, /*threads=*/3)->score_next(prompts, ids);
  for (std::size_t i = 0; i < prompts.size(); ++i)
    CHECK(test::relative_error(by_three[i], together[i]) < kRounding);
  CHECK(model->score_next({}, ids).empty());
  CHECK(model->score_next(prompts, {}) == std::vector<std::vector<float>>(prompts.size()));
  const std::vector<int> unknown{512};
  CHECK_THROWS_AS((void)model->score_next(prompts, unknown), Error);
}

TEST_CASE("prompts of many lengths are scored by several threads, and by one after them") {
  const auto model = load(LoadOptions::DType::bf16, /*threads=*/3);
  const auto alone = load(LoadOptions::DType::bf16);
  const std::vector<int> ids{5, 17};
  for (int turn = 0; turn < 2; ++turn) {
    for (int length = 20; length < 160; length += 4) {
      CAPTURE(length);
      std::vector<Prompt> prompts;
      for (int i = 0; i < 12; ++i) prompts.push_back(text_prompt(length + i % 4));
      const auto scores = model->score_next(prompts, ids);
      for (std::size_t i = 4; i < prompts.size(); ++i) CHECK(scores[i] == scores[i % 4]);
      if (length == 40) CHECK(scores == alone->score_next(prompts, ids));
    }
  }
}

/// A line of /proc/self/status such as VmRSS, in bytes.
std::int64_t memory_of_this(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1)) * 1024;
  return 0;
}

TEST_CASE("a long prompt is scored in chunks: its memory does not grow with its square") {
  const auto model = load();
  // As many tokens as the context holds.
  const GridThw grid{1, 128, 128};
  const int width = model->info().token_width;
  TokenMatrix tokens{static_cast<int>(grid.num_tokens()), width, {}};
  for (int i = 0; i < tokens.rows * width; ++i)
    tokens.values.push_back(0.1F * static_cast<float>(i % 7 - 3));
  const std::vector<Prompt> prompts{{VisualPart{.grid = grid, .tokens = tokens}}};
  const std::vector<int> ids{5, 500, 17};
  const auto logits = model->next_token_logits(prompts[0]);

  // Where this may be written, VmHWM is the peak since now.
  const bool is_reset =
      static_cast<bool>(std::ofstream("/proc/self/clear_refs") << 5 << std::flush);
  const auto before = memory_of_this("VmRSS");
  const auto scores = model->score_next(prompts, ids);
  const auto grown = memory_of_this("VmHWM") - before;
  CHECK(test::relative_error(scores[0], {logits[5], logits[500], logits[17]}) < 2e-6);
  // AddressSanitizer holds what was freed.
#ifdef __SANITIZE_ADDRESS__
  constexpr bool kKeepsFreed = true;
#else
  constexpr bool kKeepsFreed = false;
#endif
  // A mask of the whole prompt alone has 4 bytes for each of 4096 x 4096 values.
  if (is_reset && !kKeepsFreed) CHECK(grown < 64'000'000);
}

TEST_CASE("a reply's margin is 0 for greedy decoding, and what stepping token by token gives") {
  const auto model = load();
  const Prompt prompt = picture_prompt(8, 5, 0.2F);
  const auto greedy = model->generate(prompt, limited(6)).ids;
  auto other = greedy;
  other[2] = other[2] == 9 ? 10 : 9;
  // The longer ones first: what a reply left in the cache is not seen by the next.
  const std::vector<std::vector<int>> replies{other, greedy, {other[2]}, {}, greedy};
  const auto margins = model->reply_margins(prompt, replies);
  const auto expected = model->LanguageModel::reply_margins(prompt, replies);
  REQUIRE(margins.size() == replies.size());
  CHECK(expected[0] < 0);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    CAPTURE(i);
    CHECK(margins[i] == doctest::Approx(expected[i]).epsilon(1e-4));
  }
  CHECK(margins[1] == 0);
  CHECK(margins[4] == 0);
  CHECK(model->reply_margins(prompt, {}).empty());
  const std::vector<std::vector<int>> unknown{{9}, {512}};
  CHECK_THROWS_AS((void)model->reply_margins(prompt, unknown), Error);
}

TEST_CASE("generation ends at any end-of-text id, which is not returned") {
  const auto model = load();
  const Prompt prompt = text_prompt(9);
  const auto ids = model->generate(prompt, limited(6)).ids;
  GenerationOptions options = limited(6);
  options.eos_ids = {511, ids[3]};
  const Generation generation = model->generate(prompt, options);
  CHECK(generation.stop == Generation::Stop::eos);
  CHECK(generation.ids.size() <= 3);
}

TEST_CASE("tokens stream as they come, and the callback can stop") {
  const auto model = load();
  std::vector<int> streamed;
  const Generation whole = model->generate(text_prompt(5), limited(5), [&](int id) {
    streamed.push_back(id);
    return true;
  });
  CHECK(streamed == whole.ids);
  const Generation cut = model->generate(text_prompt(5), limited(5), [](int) { return false; });
  CHECK(cut.stop == Generation::Stop::cancelled);
  CHECK(cut.ids == std::vector<int>{whole.ids.front()});
  CHECK_THROWS_AS((void)model->generate(text_prompt(5), limited(0)), Error);
}

TEST_CASE("what freed memory held does not reach the logits") {
  const auto model = load();
  const std::vector<float> clean = model->next_token_logits(text_prompt(2));
  const std::vector<int> ids = model->generate(text_prompt(2), limited(4)).ids;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::vector<float>> dirt;
    for (std::size_t size = 4; size <= 4096; size += 4) {
      dirt.emplace_back(size, std::numeric_limits<float>::quiet_NaN());
    }
    dirt.clear();
    CHECK(model->next_token_logits(text_prompt(2)) == clean);
    CHECK(model->generate(text_prompt(2), limited(4)).ids == ids);
  }
}

TEST_CASE("sampling follows its seed") {
  const auto model = load();
  GenerationOptions options = limited(12);
  options.do_sample = true;
  options.temperature = 3;
  options.seed = 1;
  const auto first = model->generate(text_prompt(5), options).ids;
  CHECK(model->generate(text_prompt(5), options).ids == first);
  options.seed = 2;
  CHECK(model->generate(text_prompt(5), options).ids != first);
}

TEST_CASE("a prompt that cannot be run is refused before any work") {
  const auto model = load();
  const auto message = [&](const Prompt& prompt, int max_new_tokens) -> std::string {
    try {
      (void)model->generate(prompt, limited(max_new_tokens));
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  };
  CHECK(message({}, 1) == "the prompt is empty");
  CHECK(message(text_prompt(4000), 97) ==
        "the prompt has 4000 tokens and the answer may have 97, but the model's context holds "
        "4096; use a smaller token budget");
  CHECK(message({TextPart{1, 512}}, 1) ==
        "token id 512 is not one of the model's 512; the tokenizer belongs to another model");
  CHECK(message({TextPart{-1}}, 1) ==
        "token id -1 is not one of the model's 512; the tokenizer belongs to another model");
  CHECK(message(
            {VisualPart{VisualPart::Kind::image, {1, 2, 2}, {1, 32, std::vector<float>(32)}, 1.0}},
            1) ==
        "visual tokens are 32 wide, but this model reads 64; they come from another model");
  CHECK(message(
            {VisualPart{VisualPart::Kind::image, {1, 4, 2}, {1, 64, std::vector<float>(64)}, 1.0}},
            1) == "a picture of 1 x 4 x 2 patches has 1 visual tokens instead of 2");
  GenerationOptions options;
  options.temperature = -1;
  options.do_sample = true;
  CHECK_THROWS_AS((void)model->generate(text_prompt(3), options), Error);
}

TEST_CASE("a picture that cannot be encoded is refused before any work") {
  LoadOptions options;
  options.dtype = LoadOptions::DType::fp32;
  const auto tower =
      model::torch::load_vision_tower(test::golden_checkpoint("qwen2_vl"), options, {});
  const auto message = [&](const PixelPatches& patches) -> std::string {
    try {
      (void)tower->encode({&patches, 1});
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  };
  CHECK(message({{1, 3, 4}, {}}) ==
        "cannot encode a picture of 1 x 3 x 4 patches: sides must be positive and even, "
        "and there are at most 2147483648 patches");
  CHECK(message({{0, 2, 2}, {}}) ==
        "cannot encode a picture of 0 x 2 x 2 patches: sides must be positive and even, "
        "and there are at most 2147483648 patches");
  // Its product is 4 in 32 bits.
  CHECK(message({{32513, 50, 2642}, std::vector<float>(4 * 1176)}) ==
        "cannot encode a picture of 32513 x 50 x 2642 patches: sides must be positive and even, "
        "and there are at most 2147483648 patches");
  CHECK(message({{1, 2, 2}, std::vector<float>(7)}) ==
        "cannot encode a picture of 1 x 2 x 2 patches: it has 7 values instead of 4704");
  CHECK(tower->encode({}).empty());
}

TEST_CASE("embeddings are rows of the table") {
  const auto model = load();
  const std::vector<int> ids{5, 0, 5};
  const TokenMatrix rows = model->embed(ids);
  CHECK(rows.rows == 3);
  CHECK(rows.width == model->info().token_width);
  CHECK(std::vector<float>(rows.row(0).begin(), rows.row(0).end()) ==
        std::vector<float>(rows.row(2).begin(), rows.row(2).end()));
  const std::vector<int> outside{512};
  CHECK_THROWS_AS((void)model->embed(outside), Error);
}

TEST_CASE("a model on demand says what the loaded one says, and is loaded when it must be") {
  const auto loaded = load();
  LoadOptions options;
  options.dtype = LoadOptions::DType::fp32;
  options.threads = 1;
  model::torch::OnDemandModel model(test::golden_checkpoint("qwen2_vl"), options, {});
  CHECK(model.info().language_fingerprint == loaded->info().language_fingerprint);
  CHECK(model.info().dtype == loaded->info().dtype);
  const std::vector<int> ids{3, 0, 279};
  CHECK(model.embed(ids) == loaded->embed(ids));
  CHECK_THROWS_AS(static_cast<void>(model.embed(std::vector{-1})), Error);
  CHECK(model.load_seconds() == 0);
  CHECK(model.next_token_logits(text_prompt(9)) == loaded->next_token_logits(text_prompt(9)));
  CHECK(model.load_seconds() > 0);
  CHECK(model.embed(ids) == loaded->embed(ids));
}

TEST_CASE("the backend says what it is") {
  const auto info = model::torch::backend_info(/*measure=*/true);
  CHECK_FALSE(info.torch_version.empty());
  CHECK_FALSE(info.blas.empty());
  CHECK(info.threads >= 1);
  CHECK(info.fp32_gflops > 0);
  CHECK(info.bf16_gflops > 0);
  CHECK(info.native_bf16 == model::torch::has_native_bf16());
}

}  // namespace
