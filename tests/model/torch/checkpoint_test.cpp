// Which folders are accepted, and how the others are refused.
#include "model/checkpoint.h"

#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "model/random_checkpoint.h"
#include "model/tokenizer.h"
#include "model/torch/checkpoint_copy.h"
#include "model/torch/goldens.h"
#include "model/torch/load.h"
#include "support/temp_dir.h"

namespace {

using namespace hindsight;
using namespace hindsight::model;
using hindsight::model::torch::LoadOptions;
using test::golden_checkpoint;
using test::TempDir;

std::string fingerprint(const std::filesystem::path& directory) {
  return model::torch::read_model_info(directory).vision_fingerprint;
}

/// The message without the folder, or empty.
std::string refusal(const std::filesystem::path& directory) {
  try {
    (void)model::torch::read_model_info(directory);
    return "";
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::model);
    const std::string prefix = fmt::format("cannot use the weights in '{}': ", directory.string());
    const std::string message = e.what();
    return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  }
}

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("parameters are those of the released checkpoints") {
  struct Row {
    std::string shape;
    Family family;
    std::int64_t parameters;
    std::size_t vision_tensors;
    std::size_t language_tensors;
  };
  const std::vector<Row> rows{
      {"2b", Family::qwen2_vl, 2208985600, 391, 338},
      {"7b", Family::qwen2_vl, 8291375616, 391, 339},
      {"72b", Family::qwen2_vl, 73405560320, 391, 963},
      {"3b", Family::qwen2_5_vl, 3754622976, 390, 434},
      {"7b", Family::qwen2_5_vl, 8292166656, 390, 339},
      {"32b", Family::qwen2_5_vl, 33452718336, 390, 771},
      {"72b", Family::qwen2_5_vl, 73410777344, 390, 963},
  };
  for (const Row& row : rows) {
    CAPTURE(row.shape);
    const ModelConfig config = checkpoint_shape(row.shape, row.family);
    const auto vision = vision_weights(config);
    const auto language = language_weights(config);
    CHECK(vision.size() == row.vision_tensors);
    CHECK(language.size() == row.language_tensors);
    std::int64_t total = 0;
    for (const auto* list : {&vision, &language}) {
      for (const WeightSpec& spec : *list)
        total += TensorSpec{spec.name, ElementType::bf16, spec.shape}.num_elements();
    }
    CHECK(total == row.parameters);
    CHECK(count_parameters(config).total() == row.parameters);
  }
  CHECK_THROWS_WITH_AS((void)checkpoint_shape("8b", Family::qwen2_vl),
                       "there is no shape '8b'; there are: tiny, 2b, 3b, 7b, 32b, 72b",
                       Error);
}

TEST_CASE("names of both layouts map to each other") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"visual.blocks.0.norm1.weight", "model.visual.blocks.0.norm1.weight"},
      {"model.layers.0.mlp.up_proj.weight", "model.language_model.layers.0.mlp.up_proj.weight"},
      {"lm_head.weight", "lm_head.weight"}};
  for (const auto& [released, nested] : rows) {
    CHECK(released_name(nested) == released);
    CHECK(released_name(released) == released);
    CHECK(stored_name(released, NameLayout::nested) == nested);
    CHECK(stored_name(released, NameLayout::released) == released);
  }
}

TEST_CASE("a missing, unknown or misshapen tensor is named") {
  struct Row {
    std::string name;
    test::CopyOptions copy;
    std::string message;
  };
  std::vector<Row> rows(4);
  rows[0].copy.leave_out = [](const std::string& name) { return name == "model.norm.weight"; };
  rows[0].message = "tensor 'model.norm.weight' is missing; the download may be incomplete";
  rows[1].copy.leave_out = [](const std::string& name) {
    return name.find("visual.blocks.1.") != std::string::npos;
  };
  rows[1].message =
      "tensor 'visual.blocks.1.norm1.weight', 'visual.blocks.1.norm1.bias', "
      "'visual.blocks.1.norm2.weight' and 9 more are missing; the download may be incomplete";
  rows[2].copy.extra_tensor = "model.layers.0.mlp.up_proj.qweight";
  rows[2].message =
      "tensor 'model.layers.0.mlp.up_proj.qweight' is unknown to qwen2_vl; quantised and adapted "
      "checkpoints are not supported";
  rows[3].copy.layout = NameLayout::nested;
  rows[3].copy.extra_tensor = "model.norm.weight";
  rows[3].message = "tensor 'model.norm.weight' is there under both of its names";
  for (const Row& row : rows) {
    const TempDir dir;
    test::copy_checkpoint(golden_checkpoint("qwen2_vl"), dir.path(), row.copy);
    CHECK(refusal(dir.path()) == row.message);
  }
}

TEST_CASE("a configuration that does not fit the weights is refused, naming the tensor") {
  const TempDir dir;
  test::copy_checkpoint(golden_checkpoint("qwen2_vl"), dir.path(), {});
  auto config = nlohmann::json::parse(read_all(dir.path() / "config.json"));
  config["intermediate_size"] = 192;
  std::ofstream(dir.path() / "config.json") << config;
  CHECK(refusal(dir.path()) ==
        "tensor 'model.layers.0.mlp.gate_proj.weight' has shape [160, 64], but config.json implies "
        "[192, 64]");
}

TEST_CASE("a folder without weights or configuration is refused") {
  const TempDir dir;
  CHECK(refusal(dir.path()).find("config.json") != std::string::npos);
  std::filesystem::copy_file(golden_checkpoint("qwen2_vl") / "config.json",
                             dir.path() / "config.json");
  CHECK(
      refusal(dir.path()) ==
      fmt::format(
          "no weights in '{}': neither model.safetensors.index.json nor model.safetensors is there",
          dir.path().string()));
  CHECK_THROWS_AS((void)model::torch::load_vision_tower(dir.path(), {}, {}), Error);
  CHECK_THROWS_AS((void)model::torch::load_language_model(dir.path(), {}, {}), Error);
}

TEST_CASE("options that a machine cannot follow are refused") {
  const auto directory = golden_checkpoint("qwen2_vl");
  LoadOptions options;
  options.dtype = LoadOptions::DType::fp16;
  CHECK_THROWS_WITH_AS((void)model::torch::read_model_info(directory, options),
                       "fp16 needs a GPU; use bf16 or fp32 on a processor",
                       Error);
  options = {};
  options.device = "tpu";
  CHECK_THROWS_WITH_AS((void)model::torch::load_vision_tower(directory, options, {}),
                       "there is no device 'tpu'; name cpu, cuda or cuda:N",
                       Error);
  options = {};
  options.threads = -1;
  CHECK_THROWS_WITH_AS((void)model::torch::load_language_model(directory, options, {}),
                       "the number of threads is -1, but cannot be negative",
                       Error);
  if (model::torch::backend_info(false).cuda_devices == 0) {
    options = {};
    options.device = "cuda";
    CHECK_THROWS_WITH_AS((void)model::torch::load_vision_tower(directory, options, {}),
                         "there is no device 'cuda': this libtorch sees no GPU; use cpu",
                         Error);
  }
}

TEST_CASE("the vision fingerprint changes with the tower and its input, and with nothing else") {
  const TempDir same;
  test::copy_checkpoint(golden_checkpoint("qwen2_vl"), same.path(), {});
  const std::string original = fingerprint(golden_checkpoint("qwen2_vl"));
  CHECK(original.size() == 32);
  CHECK(fingerprint(golden_checkpoint("qwen2_5_vl")) != original);

  const TempDir untied;
  test::CopyOptions head;
  head.untied_head = true;
  head.num_shards = 3;
  test::copy_checkpoint(golden_checkpoint("qwen2_vl"), untied.path(), head);
  std::filesystem::copy_file(golden_checkpoint("qwen2_vl") / "config.json",
                             same.path() / "config.json",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(fingerprint(untied.path()) == fingerprint(same.path()));

  const TempDir wider;
  test::CopyOptions fp32;
  fp32.type = ElementType::f32;
  test::copy_checkpoint(golden_checkpoint("qwen2_vl"), wider.path(), fp32);
  CHECK(fingerprint(wider.path()) != original);

  std::ofstream(same.path() / "preprocessor_config.json") << R"({"image_mean": [0.5, 0.5, 0.5]})";
  CHECK(fingerprint(same.path()) != original);
}

TEST_CASE("one changed bit of a weight changes the fingerprint of its half, and no other") {
  struct Row {
    std::string tensor;
    bool is_vision;
  };
  const std::vector<Row> rows{{"visual.merger.mlp.2.weight", true},
                              {"model.layers.0.mlp.down_proj.weight", false}};
  const TempDir a;
  test::copy_checkpoint(golden_checkpoint("qwen2_5_vl"), a.path(), {});
  const auto original = model::torch::read_model_info(a.path());
  CHECK(original.language_fingerprint.size() == 32);
  for (const Row& row : rows) {
    CAPTURE(row.tensor);
    const TempDir b;
    test::copy_checkpoint(golden_checkpoint("qwen2_5_vl"), b.path(), {});
    const auto same = model::torch::read_model_info(b.path());
    REQUIRE(same.vision_fingerprint == original.vision_fingerprint);
    REQUIRE(same.language_fingerprint == original.language_fingerprint);
    const std::filesystem::path file = b.path() / "model.safetensors";
    std::string content = read_all(file);
    const SafetensorsReader reader(a.path());
    const std::string payload(reinterpret_cast<const char*>(reader.at(row.tensor).bytes.data()),
                              reader.at(row.tensor).bytes.size());
    const std::size_t at = content.find(payload);
    REQUIRE(at != std::string::npos);
    content[at + payload.size() / 2] ^= 1;
    std::ofstream(file, std::ios::binary) << content;
    const auto changed = model::torch::read_model_info(b.path());
    CHECK((changed.vision_fingerprint != original.vision_fingerprint) == row.is_vision);
    CHECK((changed.language_fingerprint != original.language_fingerprint) != row.is_vision);
  }
}

TEST_CASE("generated checkpoints are complete and reproducible") {
  for (const Family family : {Family::qwen2_vl, Family::qwen2_5_vl}) {
    CAPTURE(to_string(family));
    const TempDir dir;
    const ModelConfig config = checkpoint_shape("tiny", family);
    write_random_checkpoint(dir.path() / "a", config, {.seed = 3});
    write_random_checkpoint(dir.path() / "b", config, {.seed = 3});
    write_random_checkpoint(dir.path() / "c", config, {.seed = 4});
    for (const char* file : {"config.json",
                             "generation_config.json",
                             "preprocessor_config.json",
                             "tokenizer.json",
                             "model.safetensors"}) {
      CHECK(read_all(dir.path() / "a" / file) == read_all(dir.path() / "b" / file));
    }
    CHECK(read_all(dir.path() / "a" / "model.safetensors") !=
          read_all(dir.path() / "c" / "model.safetensors"));
    CHECK(load_model_config(dir.path() / "a").text == config.text);
    const Tokenizer tokenizer = Tokenizer::load(dir.path() / "a");
    const auto ids = tokenizer.encode("the cat <|im_end|>", AddedTokens::parse);
    CHECK(ids.back() == config.eos_ids.front());
    CHECK(tokenizer.decode(ids, SpecialTokens::skip) == "the cat ");
    CHECK(model::torch::read_model_info(dir.path() / "a").num_parameters ==
          count_parameters(config).total());
    CHECK_THROWS_WITH_AS(write_random_checkpoint(dir.path() / "a", config, {}),
                         fmt::format("'{}' is already there; name an empty folder",
                                     (dir.path() / "a" / "model.safetensors").string())
                             .c_str(),
                         Error);
  }
}

}  // namespace
