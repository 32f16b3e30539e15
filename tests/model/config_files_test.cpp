#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/config.h"
#include "support/temp_dir.h"

namespace hindsight::model {
namespace {

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("generation_config.json over the config's end ids") {
  const ModelConfig config;
  const auto read = [&](const std::string& json) {
    return parse_generation_options(json, "g.json", config);
  };
  const auto released = read(R"({"bos_token_id": 151643, "pad_token_id": 151643, "do_sample": true,
    "eos_token_id": [151645, 151643], "repetition_penalty": 1.05, "temperature": 0.01, "top_p": 0.001, "top_k": 1})");
  CHECK(released.do_sample);
  CHECK(released.top_k == 1);  // greedy until it is raised
  CHECK(released.repetition_penalty == 1.05);
  CHECK(released.eos_ids == std::vector<int>{151645, 151643});

  const auto sampled =
      read(R"({"do_sample": true, "temperature": 0.7, "top_p": 0.8, "eos_token_id": 7})");
  CHECK(sampled.do_sample);
  CHECK(sampled.top_k == 50);  // what transformers does without the key
  CHECK(sampled.eos_ids == std::vector<int>{7});

  const auto empty = read("{}");
  CHECK_FALSE(empty.do_sample);
  CHECK(empty.eos_ids == config.eos_ids);

  CHECK_THROWS_WITH(read(R"({"top_p": 1.5})"),
                    "cannot use 'g.json': top_p is 1.5, but must be above 0 and at most 1");
  CHECK_THROWS_WITH(read(R"({"do_sample": true, "temperature": 0})"),
                    "cannot use 'g.json': temperature is 0, but must be positive when sampling "
                    "(for the most likely "
                    "token, do not sample)");
  CHECK_THROWS_WITH(read(R"({"eos_token_id": "end"})"),
                    "cannot use 'g.json': eos_token_id is \"end\", but must be a list of integers");

  test::TempDir dir;
  CHECK(load_generation_options(dir.path(), config).eos_ids == config.eos_ids);
  write_file(dir.file("generation_config.json"), R"({"eos_token_id": 9})");
  CHECK(load_generation_options(dir.path(), config).eos_ids == std::vector<int>{9});
}

TEST_CASE(
    "preprocessor_config.json: pixel limits from size, else from the old keys, else from the "
    "class") {
  struct Row {
    std::string json;
    std::int64_t min_pixels, max_pixels;
  };
  const std::vector<Row> rows{
      {"{}", 3136, 1003520},
      {R"({"min_pixels": 3136, "max_pixels": 12845056, "image_processor_type": "Qwen2_5_VLImageProcessor"})",
       3136,
       12845056},
      {R"({"max_pixels": 12845056})", 3136, 12845056},
      {R"({"min_pixels": 1, "max_pixels": 2, "size": {"shortest_edge": 784, "longest_edge": 1568}})",
       784,
       1568},
      {R"({"min_pixels": null, "max_pixels": 4000, "size": {"shortest_edge": 784}})", 784, 4000},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto config = parse_preprocessor_config(row.json, "p.json");
    CHECK(config.min_pixels == row.min_pixels);
    CHECK(config.max_pixels == row.max_pixels);
    CHECK(parse_preprocessor_config(to_json(config), "p.json") == config);
  }
}

TEST_CASE("preprocessor settings that would change the patches are refused") {
  struct Row {
    std::string json, message;
  };
  const std::vector<Row> rows{
      {R"({"do_resize": false})", "do_resize is false, which is not supported"},
      {R"({"resample": 2})", "resample is not 3 (bicubic), the only filter that is supported"},
      {R"({"patch_size": 16})", "patch_size is 16; only 14 is supported"},
      {R"({"image_mean": [0.5]})", "image_mean has 1 values instead of 3"},
      {R"({"image_std": [1, 0, 1]})", "image_std holds 0, which is not positive"},
      {R"({"image_processor_type": "CLIPImageProcessor"})",
       "image_processor_type is 'CLIPImageProcessor'; supported is Qwen2VLImageProcessor"},
      {R"({"min_pixels": 9, "max_pixels": 8})",
       "min_pixels is 9 and max_pixels 8; they must be positive and in this order"},
  };
  for (const auto& row : rows) {
    CHECK_THROWS_WITH((void)parse_preprocessor_config(row.json, "p.json"),
                      ("cannot use 'p.json': " + row.message).c_str());
  }
}

TEST_CASE("the preprocessor's settings are also found where transformers 5 keeps them") {
  test::TempDir dir;
  CHECK(load_preprocessor_config(dir.path()) == PreprocessorConfig{});
  write_file(dir.file("processor_config.json"), R"({"image_processor": {"max_pixels": 5000}})");
  CHECK(load_preprocessor_config(dir.path()).max_pixels == 5000);
  write_file(dir.file("preprocessor_config.json"), R"({"max_pixels": 6000})");
  CHECK(load_preprocessor_config(dir.path()).max_pixels == 6000);
}

}  // namespace hindsight::model
