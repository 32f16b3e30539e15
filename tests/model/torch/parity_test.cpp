// Numbers against transformers 4.49.0 on CPU, eager attention; see make_goldens.py.
#include <algorithm>

#include <doctest/doctest.h>

#include "core/logger.h"
#include "model/mrope.h"
#include "model/preprocess.h"
#include "model/torch/checkpoint_copy.h"
#include "model/torch/goldens.h"
#include "model/torch/load.h"
#include "support/temp_dir.h"

namespace {

using namespace hindsight;
using namespace hindsight::model;
using hindsight::model::torch::LoadOptions;
using test::golden_checkpoint;
using test::golden_results;
using test::relative_error;

// Sums in another order: far below what a wrong rotation, window or norm would show.
constexpr double kFp32Tolerance = 1e-4;
// Two roundings of 2^-9 an operation, through the whole tower.
constexpr double kBf16Tolerance = 0.05;

LoadOptions options_for(LoadOptions::DType dtype) {
  LoadOptions options;
  options.dtype = dtype;
  options.threads = 1;
  return options;
}

std::vector<float> golden_tokens(const SafetensorsReader& golden) {
  auto values = golden.at("image_tokens").values<float>();
  const auto videos = golden.at("video_tokens").values<float>();
  values.insert(values.end(), videos.begin(), videos.end());
  return values;
}

struct Outcome {
  double token_error = 0;
  double logit_error = 0;
  std::vector<int> greedy;
};

/// The whole model on the golden input.
Outcome run_all(const std::filesystem::path& checkpoint,
                const std::string& family,
                LoadOptions::DType dtype) {
  const SafetensorsReader golden = golden_results(family);
  const auto load = options_for(dtype);
  const auto tower = model::torch::load_vision_tower(checkpoint, load, {});
  const auto images = tower->encode(test::golden_images());
  const auto videos = tower->encode(test::golden_videos());
  auto tokens = test::joined(images);
  const auto video_tokens = test::joined(videos);
  tokens.insert(tokens.end(), video_tokens.begin(), video_tokens.end());

  const auto language = model::torch::load_language_model(checkpoint, load, {});
  const Prompt prompt = test::golden_prompt(load_model_config(checkpoint), images, videos);
  Outcome outcome;
  outcome.token_error = relative_error(tokens, golden_tokens(golden));
  outcome.logit_error =
      relative_error(language->all_logits(prompt).values, golden.at("logits").values<float>());
  GenerationOptions greedy;
  greedy.max_new_tokens = 32;
  outcome.greedy = language->generate(prompt, greedy).ids;
  return outcome;
}

std::vector<int> golden_greedy(const std::string& family) {
  const auto ids = golden_results(family).at("greedy_ids").values<std::int64_t>();
  return {ids.begin(), ids.end()};
}

Image golden_picture(const std::string& name, std::int64_t index = -1) {
  const MappedTensor& tensor = test::golden_inputs().at(name);
  const std::size_t skip = index < 0 ? 0 : 1;
  Image image(
      static_cast<int>(tensor.spec.shape[skip + 1]), static_cast<int>(tensor.spec.shape[skip]), 3);
  const std::size_t first = index < 0 ? 0 : static_cast<std::size_t>(index) * image.samples.size();
  std::transform(tensor.bytes.begin() + static_cast<std::ptrdiff_t>(first),
                 tensor.bytes.begin() + static_cast<std::ptrdiff_t>(first + image.samples.size()),
                 image.samples.begin(),
                 [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  return image;
}

TEST_CASE("patches are those of the transformers image processor") {
  PreprocessorConfig config;
  const auto expected = test::golden_images();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    const Image image = golden_picture("image_pixels." + std::to_string(i));
    const PixelPatches patches = make_image_patches(image.view(), config);
    CHECK(patches.grid == expected[i].grid);
    CHECK(relative_error(patches.values, expected[i].values) < 1e-6);
  }
  std::vector<Image> frames;
  for (std::int64_t i = 0; i < 6; ++i) frames.push_back(golden_picture("frame_pixels", i));
  std::vector<ImageView> views;
  for (const Image& frame : frames) views.push_back(frame.view());
  const auto video = test::golden_videos().front();
  const PixelPatches patches =
      make_clip_patches(views, {video.grid.w * 14, video.grid.h * 14}, config);
  CHECK(patches.grid == video.grid);
  CHECK(relative_error(patches.values, video.values) < 1e-6);
}

TEST_CASE("positions of text, images and a video are those of transformers") {
  for (const std::string& family : test::kFamilies) {
    CAPTURE(family);
    const ModelConfig config = load_model_config(golden_checkpoint(family));
    const std::vector<TokenMatrix> blank(2);
    const Prompt prompt = test::golden_prompt(config, blank, blank);
    const Positions positions = positions_of(segments_of(prompt), position_options(config));
    const SafetensorsReader golden = golden_results(family);
    CHECK(positions.ids == golden.at("position_ids").values<std::int64_t>());
    CHECK(positions.rope_delta() == golden.at("rope_delta").values<std::int64_t>().at(0));
  }
}

TEST_CASE("fp32: visual tokens, logits and 32 greedy tokens are those of transformers") {
  for (const std::string& family : test::kFamilies) {
    CAPTURE(family);
    const Outcome outcome = run_all(golden_checkpoint(family), family, LoadOptions::DType::fp32);
    MESSAGE(family << " fp32: tokens " << outcome.token_error << ", logits "
                   << outcome.logit_error);
    CHECK(outcome.token_error < kFp32Tolerance);
    CHECK(outcome.logit_error < kFp32Tolerance);
    CHECK(outcome.greedy == golden_greedy(family));
  }
}

TEST_CASE("bf16: the 32 greedy tokens are those of transformers") {
  for (const std::string& family : test::kFamilies) {
    CAPTURE(family);
    const Outcome outcome = run_all(golden_checkpoint(family), family, LoadOptions::DType::bf16);
    MESSAGE(family << " bf16: tokens " << outcome.token_error << ", logits "
                   << outcome.logit_error);
    CHECK(outcome.token_error < kBf16Tolerance);
    CHECK(outcome.greedy == golden_greedy(family));
  }
}

TEST_CASE("the same weights in another guise give the same numbers") {
  struct Row {
    std::string name;
    test::CopyOptions copy;
  };
  std::vector<Row> rows(5);
  rows[0].name = "nested names, nested config, matrix patch embedding, two shards, fp16";
  rows[0].copy.layout = NameLayout::nested;
  rows[0].copy.nested_config = true;
  rows[0].copy.flat_patch_embedding = true;
  rows[0].copy.num_shards = 2;
  rows[0].copy.type = ElementType::f16;
  rows[1].name = "fp32 file";
  rows[1].copy.type = ElementType::f32;
  rows[2].name = "untied head";
  rows[2].copy.untied_head = true;
  rows[3].name = "many shards";
  rows[3].copy.num_shards = 7;
  rows[4].name = "a file of old versions with derived tensors";
  rows[4].copy.extra_tensor = "model.layers.0.self_attn.rotary_emb.inv_freq";
  for (const std::string& family : test::kFamilies) {
    for (const Row& row : rows) {
      CAPTURE(family);
      CAPTURE(row.name);
      const test::TempDir dir;
      test::copy_checkpoint(golden_checkpoint(family), dir.path(), row.copy);
      const Outcome outcome = run_all(dir.path(), family, LoadOptions::DType::fp32);
      // binary16 has fewer exponents than bf16: its smallest weights are rounded.
      CHECK(outcome.token_error < kFp32Tolerance);
      CHECK(outcome.logit_error < kFp32Tolerance);
      CHECK(outcome.greedy == golden_greedy(family));
    }
  }
}

TEST_CASE("the tokens of an input have the same bits in any company") {
  for (const std::string& family : test::kFamilies) {
    for (const auto dtype : {LoadOptions::DType::fp32, LoadOptions::DType::bf16}) {
      CAPTURE(family);
      const auto tower =
          model::torch::load_vision_tower(golden_checkpoint(family), options_for(dtype), {});
      std::vector<PixelPatches> inputs = test::golden_images();
      inputs.push_back(test::golden_videos().front());
      const auto together = tower->encode(inputs);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        CAPTURE(i);
        CHECK(tower->encode({&inputs[i], 1}).front() == together[i]);
      }
      // A pair alone equals the same pair inside a clip.
      const PixelPatches& clip = inputs.back();
      PixelPatches pair{{1, clip.grid.h, clip.grid.w}, {}};
      const auto size =
          static_cast<std::ptrdiff_t>(clip.values.size() / static_cast<std::size_t>(clip.grid.t));
      pair.values.assign(clip.values.begin() + size, clip.values.begin() + 2 * size);
      const TokenMatrix alone = tower->encode({&pair, 1}).front();
      const auto first =
          together.back().values.begin() + static_cast<std::ptrdiff_t>(alone.values.size());
      CHECK(std::equal(alone.values.begin(), alone.values.end(), first));
    }
  }
}

}  // namespace
