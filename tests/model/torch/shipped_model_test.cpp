// The checkpoint that ships says what transformers says: goldens of training/check_transformers.py.
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "model/chat.h"
#include "model/preprocess.h"
#include "model/tokenizer.h"
#include "model/torch/goldens.h"
#include "model/torch/load.h"

namespace {

using namespace hindsight;
using namespace hindsight::model;
using model::torch::LoadOptions;

const LoadOptions kExact{.dtype = LoadOptions::DType::fp32, .threads = 1};

PixelPatches patches_of(const MappedTensor& frames, const PreprocessorConfig& config) {
  const int height = static_cast<int>(frames.spec.shape[1]);
  const int width = static_cast<int>(frames.spec.shape[2]);
  const auto* const first = reinterpret_cast<const std::uint8_t*>(frames.bytes.data());
  const std::ptrdiff_t stride = std::ptrdiff_t{3} * width;
  const ImageView one{first, width, height, 3, stride};
  const ImageView two{first + stride * height, width, height, 3, stride};
  return make_pair_patches(one, two, width, height, config);
}

TEST_CASE("the model that ships answers as transformers does") {
  const auto directory = test::shipped_checkpoint();
  REQUIRE(std::filesystem::exists(directory / "model.safetensors"));
  const SafetensorsReader frames(test::shipped_goldens(".safetensors"));
  const auto rows = nlohmann::json::parse(std::ifstream(test::shipped_goldens(".json")));
  REQUIRE(rows.size() >= 10);

  const ModelConfig config = load_model_config(directory);
  const PreprocessorConfig preprocessor = load_preprocessor_config(directory);
  const Tokenizer tokenizer = Tokenizer::load(directory / "tokenizer.json");
  const auto tower = model::torch::load_vision_tower(directory, kExact, {});
  const auto language_model = model::torch::load_language_model(directory, kExact, {});
  GenerationOptions options = load_generation_options(directory, config);
  CHECK_FALSE(options.do_sample);
  options.max_new_tokens = 64;

  for (const auto& row : rows) {
    const std::string question = row["question"];
    CAPTURE(question);
    const std::vector<PixelPatches> patches{
        patches_of(frames.at(row["pair"].get<std::string>()), preprocessor)};
    auto tokens = tower->encode(patches);
    VisualPart picture{VisualPart::Kind::video, patches.front().grid, std::move(tokens.front())};
    std::vector<ChatTurn> turns;
    turns.push_back({"user", {std::move(picture), question}});
    const Prompt prompt = make_chat_prompt(tokenizer, std::move(turns));
    const Generation generation = language_model->generate(prompt, options);
    CHECK(tokenizer.decode(generation.ids, SpecialTokens::skip) ==
          row["answer"].get<std::string>());
  }
}

}  // namespace
