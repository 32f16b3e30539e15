// `hindsight model info` and `hindsight model run`, by which others check the model.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "model/config.h"
#include "model/safetensors.h"
#include "support/run_command.h"
#include "support/temp_dir.h"

using namespace hindsight;
using model::ElementType;
using model::SafetensorsReader;
using test::run_hindsight;
using test::TempDir;

namespace {

using Values = std::variant<std::vector<float>, std::vector<std::int64_t>>;
using Shape = std::vector<std::int64_t>;

struct Tensor {
  std::string name;
  Shape shape;
  Values values;
};

constexpr std::int64_t kPatchValues = 1176;

/// A model with generated weights, and files to run it on.
class Bench {
 public:
  Bench() : model_(dir_.file("model")) {
    const auto made = run_hindsight({"model", "make-random", "--shape", "tiny", "--out", model_});
    if (made.exit_code != 0) throw std::runtime_error(made.err);
    config_ = model::load_model_config(model_);
  }

  /// Two images' worth of patches: an image of 1 x 8 x 8 and a video of 2 x 4 x 4.
  [[nodiscard]] static Tensor pixels(std::int64_t rows = 96) {
    std::vector<float> values(static_cast<std::size_t>(rows * kPatchValues));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i % 17) / 8.0F - 1.0F;
    return {"pixel_values", {rows, kPatchValues}, std::move(values)};
  }
  [[nodiscard]] static Tensor grid(const std::string& name, std::vector<std::int64_t> thw) {
    return {name, {1, 3}, std::move(thw)};
  }
  /// Text around `image` and `video` pads.
  [[nodiscard]] Tensor ids(std::size_t image, std::size_t video) const {
    std::vector<std::int64_t> ids{1, 2, config_.vision_start_id};
    ids.insert(ids.end(), image, config_.image_pad_id);
    ids.insert(ids.end(), {config_.vision_end_id, 3, config_.vision_start_id});
    ids.insert(ids.end(), video, config_.video_pad_id);
    ids.insert(ids.end(), {config_.vision_end_id, 4});
    const auto length = static_cast<std::int64_t>(ids.size());
    return {"input_ids", {1, length}, std::move(ids)};
  }

  [[nodiscard]] test::CommandResult run(const std::vector<Tensor>& tensors,
                                        const std::vector<std::string>& more = {}) const {
    std::vector<model::TensorSpec> specs;
    for (const auto& tensor : tensors) {
      const bool floats = std::holds_alternative<std::vector<float>>(tensor.values);
      specs.push_back({tensor.name, floats ? ElementType::f32 : ElementType::i64, tensor.shape});
    }
    model::SafetensorsWriter writer(input(), specs);
    for (const auto& tensor : tensors) {
      std::visit([&](const auto& values) { writer.write(std::as_bytes(std::span(values))); },
                 tensor.values);
    }
    writer.finish();
    std::filesystem::remove(output());
    std::vector<std::string> arguments{
        "model", "run", "--model", model_, "--input", input(), "--output", output()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_hindsight(arguments);
  }

  [[nodiscard]] std::string input() const { return dir_.file("in.safetensors"); }
  [[nodiscard]] std::string output() const { return dir_.file("out.safetensors"); }
  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] std::int64_t width() const { return config_.text.hidden_size; }
  [[nodiscard]] std::int64_t vocabulary() const { return config_.text.vocab_size; }

 private:
  TempDir dir_;
  std::string model_;
  model::ModelConfig config_;
};

const Bench& bench() {
  static const Bench made;
  return made;
}

}  // namespace

TEST_CASE("model run writes tokens, positions and logits under the names that others compare") {
  const auto result = bench().run({Bench::pixels(),
                                   Bench::grid("image_grid_thw", {1, 8, 8}),
                                   Bench::grid("video_grid_thw", {2, 4, 4}),
                                   {"second_per_grid_ts", {1}, std::vector<float>{1.0F}},
                                   bench().ids(16, 8)},
                                  {"--dtype", "fp32"});
  CHECK(result.exit_code == 0);
  const SafetensorsReader out(bench().output());
  REQUIRE(out.tensors().size() == 3);
  CHECK(out.at("visual_tokens").spec.type == ElementType::f32);
  CHECK(out.at("visual_tokens").spec.shape == Shape{24, bench().width()});
  CHECK(out.at("position_ids").spec.type == ElementType::i64);
  CHECK(out.at("position_ids").spec.shape == Shape{3, 32});
  CHECK(out.at("logits").spec.type == ElementType::f32);
  CHECK(out.at("logits").spec.shape == Shape{32, bench().vocabulary()});
}

TEST_CASE("model run gives what its input allows") {
  CHECK(
      bench()
          .run({Bench::pixels(64), Bench::grid("image_grid_thw", {1, 8, 8})}, {"--dtype", "fp32"})
          .exit_code == 0);
  CHECK(SafetensorsReader(bench().output()).tensors().size() == 1);
  CHECK(bench()
            .run({{"input_ids", {3}, std::vector<std::int64_t>{1, 2, 3}}}, {"--generate", "2"})
            .exit_code == 0);
  const SafetensorsReader text(bench().output());
  CHECK(text.find("visual_tokens") == nullptr);
  CHECK(text.at("position_ids").values<std::int64_t>() ==
        std::vector<std::int64_t>{0, 1, 2, 0, 1, 2, 0, 1, 2});
  CHECK(text.at("generated_ids").spec.shape.size() == 1);
}

TEST_CASE("model run refuses arrays that do not fit together, and names the file") {
  const auto image = Bench::grid("image_grid_thw", {1, 8, 8});
  struct Row {
    std::string name;
    std::vector<Tensor> tensors;
    std::string reason;
  };
  const std::vector<Row> rows{
      {"nothing", {}, "it holds neither input_ids nor pixel_values with"},
      {"grids alone", {image}, "it holds grids, but no pixel_values"},
      {"too few rows",
       {Bench::pixels(63), image},
       "pixel_values has shape [63, 1176], but the grids need 64 rows"},
      {"a grid of floats",
       {Bench::pixels(64), {"image_grid_thw", {1, 3}, std::vector<float>{1, 8, 8}}},
       "tensor 'image_grid_thw' is F32, not I64"},
      {"a grid of two numbers",
       {Bench::pixels(64), {"image_grid_thw", {1, 2}, std::vector<std::int64_t>{8, 8}}},
       "image_grid_thw has shape [1, 2], not [pictures, 3]"},
      {"a negative side",
       {Bench::pixels(64), Bench::grid("image_grid_thw", {1, -8, -8})},
       "image_grid_thw holds -8"},
      {"a grid whose product is 4 in 32 bits",
       {Bench::pixels(4), Bench::grid("image_grid_thw", {32513, 50, 2642})},
       "image_grid_thw holds 32513 x 50 x 2642, more than the 2147483648 patches that a picture "
       "can have"},
      {"an id outside the vocabulary",
       {{"input_ids", {2}, std::vector<std::int64_t>{1, 1LL << 33}}},
       "input_ids holds 8589934592"},
      {"a negative id",
       {{"input_ids", {2}, std::vector<std::int64_t>{1, -1}}},
       "input_ids holds -1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto result = bench().run(row.tensors);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("cannot run on '" + bench().input() + "': " + row.reason) !=
          std::string::npos);
    CHECK_FALSE(std::filesystem::exists(bench().output()));
  }
  const auto pads = bench().run({Bench::pixels(64), image, bench().ids(15, 0)});
  CHECK(pads.exit_code == 2);
  CHECK(pads.err.find("15 pad tokens") != std::string::npos);
}

TEST_CASE("model run refuses a word that is none of the choices, with all of them") {
  const auto result = bench().run({}, {"--dtype", "int3"});
  CHECK(result.exit_code == 2);
  CHECK(result.err ==
        "hindsight: --dtype: int3 not in {auto,fp32,bf16,fp16}; see 'hindsight model run "
        "--help'\n");
  const auto nowhere = bench().run({{"input_ids", {3}, std::vector<std::int64_t>{1, 2, 3}}},
                                   {"--device", "nowhere"});
  CHECK(nowhere.exit_code == 2);
  CHECK(nowhere.err == "hindsight: there is no device 'nowhere'; name cpu, cuda or cuda:N\n");
  const auto missing = run_hindsight({"model",
                                      "run",
                                      "--model",
                                      bench().model(),
                                      "--input",
                                      "/nowhere.safetensors",
                                      "--output",
                                      bench().output()});
  CHECK(missing.exit_code == 7);
  CHECK(missing.err.find("cannot read safetensors file '/nowhere.safetensors'") !=
        std::string::npos);
}

TEST_CASE("model info counts what is in the folder") {
  const auto result = run_hindsight({"model", "info", bench().model(), "--json"});
  CHECK(result.exit_code == 0);
  const auto info = nlohmann::json::parse(result.out);
  CHECK(info.at("architecture") == "Qwen2VLForConditionalGeneration");
  CHECK(info.at("parameters").at("total").get<std::int64_t>() ==
        info.at("parameters").at("language").get<std::int64_t>() +
            info.at("parameters").at("vision").get<std::int64_t>());
  CHECK(info.at("files").at("bytes").get<std::int64_t>() > 0);
  CHECK(info.at("compute").at("verdict").get<std::string>().starts_with("fits"));
  const auto text = run_hindsight({"model", "info", bench().model()});
  CHECK(text.out.find("this machine") != std::string::npos);
}

TEST_CASE("model info names what a folder lacks") {
  const TempDir dir;
  const auto empty = run_hindsight({"model", "info", dir.path().string()});
  CHECK(empty.exit_code == 7);
  CHECK(empty.err == "hindsight: cannot read '" + dir.file("config.json") + "': no such file\n");
  const auto missing = run_hindsight({"model", "info", dir.file("nowhere")});
  CHECK(missing.exit_code == 5);
  CHECK(missing.err.find("there is no model folder") != std::string::npos);
}

TEST_CASE("make-random leaves a folder alone that holds a model or a part of one") {
  for (const std::string name : {"config.json", "tokenizer.json", "model.safetensors"}) {
    CAPTURE(name);
    const TempDir dir;
    std::ofstream(dir.file(name)) << "{}";
    const auto result = run_hindsight({"model", "make-random", "--out", dir.path().string()});
    CHECK(result.exit_code == 2);
    CHECK(result.err ==
          "hindsight: '" + dir.file(name) + "' is already there; name an empty folder\n");
    CHECK(std::filesystem::file_size(dir.file(name)) == 2);
  }
}
