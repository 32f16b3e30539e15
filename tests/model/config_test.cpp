#include "model/config.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "support/temp_dir.h"

namespace hindsight::model {
namespace {

using Json = nlohmann::json;

// The released files' keys (Qwen2-VL-2B and Qwen2.5-VL-3B).
Json qwen2_2b() {
  return Json::parse(R"({
    "architectures": ["Qwen2VLForConditionalGeneration"], "model_type": "qwen2_vl", "attention_dropout": 0.0,
    "bos_token_id": 151643, "eos_token_id": 151645, "vision_start_token_id": 151652, "vision_end_token_id": 151653,
    "vision_token_id": 151654, "image_token_id": 151655, "video_token_id": 151656, "hidden_act": "silu",
    "hidden_size": 1536, "initializer_range": 0.02, "intermediate_size": 8960, "max_position_embeddings": 32768,
    "max_window_layers": 28, "num_attention_heads": 12, "num_hidden_layers": 28, "num_key_value_heads": 2,
    "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": true,
    "torch_dtype": "bfloat16", "use_cache": true, "use_sliding_window": false,
    "vision_config": {"depth": 32, "embed_dim": 1280, "mlp_ratio": 4, "num_heads": 16, "in_chans": 3,
      "hidden_size": 1536, "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14,
      "temporal_patch_size": 2},
    "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "vocab_size": 151936})");
}

Json qwen2_5_3b() {
  Json json = qwen2_2b();
  json["architectures"] = {"Qwen2_5_VLForConditionalGeneration"};
  json["model_type"] = "qwen2_5_vl";
  json.update({{"hidden_size", 2048},
               {"intermediate_size", 11008},
               {"num_hidden_layers", 36},
               {"num_attention_heads", 16},
               {"max_position_embeddings", 128000}});
  json["vision_config"] = Json::parse(R"({"depth": 32, "hidden_act": "silu", "hidden_size": 1280,
    "intermediate_size": 3420, "num_heads": 16, "in_chans": 3, "out_hidden_size": 2048, "patch_size": 14,
    "spatial_merge_size": 2, "spatial_patch_size": 14, "window_size": 112,
    "fullatt_block_indexes": [7, 15, 23, 31], "tokens_per_second": 2, "temporal_patch_size": 2})");
  return json;
}

// As transformers 5 writes the same model.
Json nested(Json flat) {
  Json json;
  for (const std::string key : {"architectures",
                                "model_type",
                                "image_token_id",
                                "video_token_id",
                                "vision_config",
                                "vision_start_token_id",
                                "vision_end_token_id",
                                "tie_word_embeddings"}) {
    json[key] = flat[key];
    flat.erase(key);
  }
  json["dtype"] = flat["torch_dtype"];
  flat.erase("torch_dtype");
  flat["rope_parameters"] = {{"rope_type", "default"},
                             {"rope_theta", flat["rope_theta"]},
                             {"mrope_section", flat["rope_scaling"]["mrope_section"]}};
  flat.erase("rope_theta");
  flat.erase("rope_scaling");
  flat["model_type"] = json["model_type"].get<std::string>() + "_text";
  json["text_config"] = flat;
  json["vision_config"]["in_channels"] = json["vision_config"]["in_chans"];
  return json;
}

ModelConfig parse(const Json& json) { return parse_model_config(json.dump(), "config.json"); }

std::string error_of(const Json& json) {
  try {
    (void)parse(json);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::model);
    return e.what();
  }
  return "no error";
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("a released Qwen2-VL file") {
  const auto config = parse(qwen2_2b());
  CHECK(config.family == Family::qwen2_vl);
  CHECK(config.architecture == "Qwen2VLForConditionalGeneration");
  CHECK(config.dtype == "bfloat16");
  CHECK(config.text.hidden_size == 1536);
  CHECK(config.text.head_dim() == 128);
  CHECK(config.text.num_kv_heads == 2);
  CHECK(config.text.tie_word_embeddings);
  CHECK(config.text.rms_norm_eps == 1e-6);
  CHECK(config.text.mrope_section == std::vector<int>{16, 24, 24});
  CHECK(config.vision.width == 1280);
  CHECK(config.vision.mlp_width == 5120);
  CHECK(config.vision.out_width == 1536);
  CHECK(config.vision.activation == "quick_gelu");
  CHECK(config.vision.patch_values() == 1176);
  CHECK(config.eos_ids == std::vector<int>{151645});
}

TEST_CASE("a released Qwen2.5-VL file: hidden_size of the tower means its own width") {
  const auto config = parse(qwen2_5_3b());
  CHECK(config.family == Family::qwen2_5_vl);
  CHECK(config.vision.width == 1280);
  CHECK(config.vision.out_width == 2048);
  CHECK(config.vision.mlp_width == 3420);
  CHECK(config.vision.activation == "silu");
  CHECK(config.vision.tokens_per_second == 2);
  CHECK(config.vision.full_attention_blocks == std::vector<int>{7, 15, 23, 31});
}

TEST_CASE("the nested form of transformers 5 means the same, and so does what to_json() writes") {
  for (const auto& flat : {qwen2_2b(), qwen2_5_3b()}) {
    const auto config = parse(flat);
    CHECK(parse(nested(flat)) == config);
    CHECK(parse_model_config(to_json(config), "config.json") == config);
  }
  auto two_ids = qwen2_2b();
  two_ids["eos_token_id"] = {151645, 151643};
  CHECK(parse_model_config(to_json(parse(two_ids)), "c").eos_ids ==
        std::vector<int>{151645, 151643});
}

TEST_CASE("only a checkpoint that says so gives bare replies, or knows few words") {
  CHECK_FALSE(parse(qwen2_2b()).bare_replies);
  auto own = qwen2_2b();
  own["hindsight"] = {{"bare_replies", true}, {"words", {"red", "car"}}};
  CHECK(parse(own).bare_replies);
  CHECK(parse(own).words == std::vector<std::string>{"car", "red"});
  CHECK(parse_model_config(to_json(parse(own)), "c") == parse(own));
  own["hindsight"] = {{"bare_replies", "yes"}};
  CHECK_THROWS_AS((void)parse(own), Error);
}

TEST_CASE("a tied head is recognised at either level, the outer one first") {
  auto json = nested(qwen2_2b());
  json.erase("tie_word_embeddings");
  CHECK_FALSE(parse(json).text.tie_word_embeddings);
  json["text_config"]["tie_word_embeddings"] = true;
  CHECK(parse(json).text.tie_word_embeddings);
  json["tie_word_embeddings"] = false;
  CHECK_FALSE(parse(json).text.tie_word_embeddings);
}

TEST_CASE("missing keys take the class defaults, which are those of the 72B model") {
  const auto config =
      parse(Json::parse(R"({"model_type": "qwen2_5_vl", "vision_config": {"hidden_size": 1280,
    "out_hidden_size": 8192}, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}})"));
  TextConfig expected;
  expected.mrope_section = {16, 24, 24};
  CHECK(config.text == expected);
  CHECK(config.text.rms_norm_eps == 1e-5);
  CHECK(config.vision.mlp_width == 3420);
  CHECK(config.vision.tokens_per_second == 4);
  CHECK(config.architecture == "Qwen2_5_VLForConditionalGeneration");
}

TEST_CASE("the tiny checkpoints of TRL, with two rotary sections, are accepted") {
  auto json = qwen2_2b();
  json.update({{"hidden_size", 16}, {"num_attention_heads", 4}, {"num_hidden_layers", 2}});
  json["rope_scaling"] = {{"type", "default"}, {"rope_type", "default"}, {"mrope_section", {1, 1}}};
  json["vision_config"] = {{"depth", 2}, {"embed_dim", 64}, {"hidden_size", 16}};
  const auto config = parse(json);
  CHECK(config.text.mrope_section == std::vector<int>{1, 1});
  CHECK(config.text.head_dim() == 4);
  CHECK(config.vision.head_dim() == 4);
}

TEST_CASE("parameter totals of all seven sizes") {
  struct Row {
    std::string name;
    bool modern;
    int hidden, layers, heads, kv_heads, mlp, vocab, vision_mlp;
    bool tied;
    std::int64_t language, vision, total, kv_bytes;
  };
  const std::vector<Row> rows{
      {"Q2-2B",
       false,
       1536,
       28,
       12,
       2,
       8960,
       151936,
       5120,
       true,
       1543714304,
       665271296,
       2208985600,
       28672},
      {"Q2-7B",
       false,
       3584,
       28,
       28,
       4,
       18944,
       152064,
       5120,
       false,
       7615616512,
       675759104,
       8291375616,
       57344},
      {"Q2-72B",
       false,
       8192,
       80,
       64,
       8,
       29568,
       152064,
       5120,
       false,
       72706203648,
       699356672,
       73405560320,
       327680},
      {"Q2.5-3B",
       true,
       2048,
       36,
       16,
       2,
       11008,
       151936,
       3420,
       true,
       3085938688,
       668684288,
       3754622976,
       36864},
      {"Q2.5-7B",
       true,
       3584,
       28,
       28,
       4,
       18944,
       152064,
       3420,
       false,
       7615616512,
       676550144,
       8292166656,
       57344},
      {"Q2.5-32B",
       true,
       5120,
       64,
       40,
       8,
       27648,
       152064,
       3456,
       false,
       32763876352,
       688841984,
       33452718336,
       262144},
      {"Q2.5-72B",
       true,
       8192,
       80,
       64,
       8,
       29568,
       152064,
       3456,
       false,
       72706203648,
       704573696,
       73410777344,
       327680},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto json = row.modern ? qwen2_5_3b() : qwen2_2b();
    json.update({{"hidden_size", row.hidden},
                 {"num_hidden_layers", row.layers},
                 {"num_attention_heads", row.heads},
                 {"num_key_value_heads", row.kv_heads},
                 {"intermediate_size", row.mlp},
                 {"vocab_size", row.vocab},
                 {"tie_word_embeddings", row.tied}});
    auto& vision = json["vision_config"];
    vision[row.modern ? "out_hidden_size" : "hidden_size"] = row.hidden;
    if (row.modern) vision["intermediate_size"] = row.vision_mlp;
    const auto config = parse(json);
    const auto count = count_parameters(config);
    CHECK(config.vision.mlp_width == row.vision_mlp);
    CHECK(count.language == row.language);
    CHECK(count.vision == row.vision);
    CHECK(count.total() == row.total);
    CHECK(kv_cache_bytes_per_token(config.text) == row.kv_bytes);
  }
}

TEST_CASE("values that cannot be used are named with file and key") {
  struct Row {
    std::string pointer;
    Json value;
    std::string message;
  };
  const std::vector<Row> rows{
      {"/model_type",
       "qwen3_vl",
       "model_type is 'qwen3_vl'; supported are qwen2_vl and qwen2_5_vl"},
      {"/architectures",
       {"LlamaForCausalLM"},
       "architectures names LlamaForCausalLM; a qwen2_vl model must be a "
       "Qwen2VLForConditionalGeneration"},
      {"/hidden_size", "big", "hidden_size is \"big\", but must be an integer of 32 bits"},
      {"/hidden_size",
       1LL << 40,
       "hidden_size is 1099511627776, but must be an integer of 32 bits"},
      {"/hidden_size", 0, "hidden_size is 0, but must be positive"},
      {"/num_hidden_layers", 5000, "num_hidden_layers is 5000, more than 1024"},
      {"/vocab_size", 1 << 25, "vocab_size is 33554432, more than 16777216"},
      {"/vision_config/mlp_ratio", 1e300, "vision_config.mlp_ratio is too large"},
      {"/num_attention_heads",
       13,
       "num_attention_heads is 13, which does not cut hidden_size 1536 into heads of even width"},
      {"/num_key_value_heads",
       5,
       "num_key_value_heads is 5, which does not divide the 12 attention heads"},
      {"/head_dim", 64, "head_dim is 64; only 128 is supported"},
      {"/hidden_act", "gelu", "hidden_act is 'gelu'; only 'silu' is supported"},
      {"/use_sliding_window", true, "use_sliding_window is true, which is not supported"},
      {"/tie_word_embeddings", "yes", "tie_word_embeddings is \"yes\", but must be true or false"},
      {"/rope_scaling", nullptr, "rope_scaling is missing; it must hold mrope_section"},
      {"/rope_scaling/mrope_section", nullptr, "rope_scaling.mrope_section is missing"},
      {"/rope_scaling/mrope_section",
       {16, 24, 23},
       "rope_scaling.mrope_section is [16, 24, 23]; it must hold 2 or 3 numbers that add up to 64, "
       "half the width of a head"},
      {"/rope_scaling/mrope_section",
       {-8, 48, 24},
       "rope_scaling.mrope_section holds -8, which is negative"},
      {"/rope_scaling/mrope_section",
       "16",
       "rope_scaling.mrope_section is \"16\", but must be a list of integers"},
      {"/rope_scaling/type",
       "yarn",
       "rope_scaling.type is 'yarn'; only 'mrope' and 'default' are supported: remove the scaling "
       "to use the model at its "
       "own context length"},
      {"/quantization_config",
       {{"bits", 4}},
       "quantization_config is present, but quantised checkpoints are not supported"},
      {"/vision_config", nullptr, "vision_config is missing"},
      {"/vision_config", 3, "vision_config is a number, but must be an object"},
      {"/vision_config/patch_size", 16, "vision_config.patch_size is 16; only 14 is supported"},
      {"/vision_config/spatial_merge_size",
       1,
       "vision_config.spatial_merge_size is 1; only 2 is supported"},
      {"/vision_config/in_chans", 4, "vision_config.in_chans is 4; only 3 is supported"},
      {"/vision_config/hidden_size",
       3584,
       "vision_config.hidden_size is 3584, but the language model is 1536 wide"},
      {"/vision_config/num_heads",
       1280,
       "vision_config.num_heads is 1280, which does not cut a tower of width 1280 into heads whose "
       "width is a multiple "
       "of 4, as the two-dimensional rotation needs"},
      {"/vision_config/hidden_act",
       "relu",
       "vision_config.hidden_act is 'relu'; supported are quick_gelu, gelu and silu"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pointer);
    auto json = qwen2_2b();
    json[Json::json_pointer(row.pointer)] = row.value;
    CHECK(error_of(json) == "cannot use 'config.json': " + row.message);
  }
  CHECK(error_of(Json::object()) ==
        "cannot use 'config.json': model_type is missing, so that the architecture is unknown");
  CHECK(error_of(Json::array()) ==
        "cannot use 'config.json': it holds a JSON array, not an object");
  CHECK_THROWS_AS((void)parse_model_config("{\"a\": ", "config.json"), Error);
}

TEST_CASE("a folder without config.json is named") {
  test::TempDir dir;
  CHECK_THROWS_WITH((void)load_model_config(dir.path()),
                    ("cannot read '" + dir.file("config.json") + "': no such file").c_str());
  write_file(dir.file("config.json"), qwen2_2b().dump());
  CHECK(load_model_config(dir.path()) == parse(qwen2_2b()));
}

}  // namespace hindsight::model
