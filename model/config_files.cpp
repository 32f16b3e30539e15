#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/config.h"
#include "model/detail/json_object.h"
#include "model/generation.h"

namespace hindsight::model {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int kPillowBicubic = 3;
// transformers samples from this many tokens when the file does not say.
constexpr int kDefaultTopK = 50;

void require_true(const JsonObject& object, const std::string& key) {
  if (!object.find_bool(key).value_or(true))
    throw object.error(key, "is false, which is not supported");
}

std::array<double, 3> read_channels(const JsonObject& object,
                                    const std::string& key,
                                    const std::array<double, 3>& missing) {
  const auto values = object.find_doubles(key);
  if (!values) return missing;
  if (values->size() != 3)
    throw object.error(key, fmt::format("has {} values instead of 3", values->size()));
  return {(*values)[0], (*values)[1], (*values)[2]};
}

void read_pixel_limits(const JsonObject& object, PreprocessorConfig& config) {
  const auto size = object.find_object("size");
  const auto read = [&](const std::string& size_key, const std::string& key, std::int64_t missing) {
    const auto from_size = size ? size->find_int64(size_key) : std::nullopt;
    return from_size.value_or(object.find_int64(key).value_or(missing));
  };
  config.min_pixels = read("shortest_edge", "min_pixels", config.min_pixels);
  config.max_pixels = read("longest_edge", "max_pixels", config.max_pixels);
  if (config.min_pixels > 0 && config.min_pixels <= config.max_pixels) return;
  throw object.error("min_pixels",
                     fmt::format("is {} and max_pixels {}; they must be positive and in this order",
                                 config.min_pixels,
                                 config.max_pixels));
}

PreprocessorConfig read_preprocessor(const JsonObject& object) {
  PreprocessorConfig config;
  const auto type = object.find_string("image_processor_type").value_or("Qwen2VLImageProcessor");
  if (!type.starts_with("Qwen2VLImageProcessor") && !type.starts_with("Qwen2_5_VLImageProcessor")) {
    throw object.error("image_processor_type",
                       fmt::format("is '{}'; supported is Qwen2VLImageProcessor", type));
  }
  for (const std::string key : {"do_resize", "do_rescale", "do_normalize"})
    require_true(object, key);
  if (object.find_int("resample").value_or(kPillowBicubic) != kPillowBicubic) {
    throw object.error("resample", "is not 3 (bicubic), the only filter that is supported");
  }
  const auto require = [&](const std::string& key, int supported) {
    const int value = object.find_int(key).value_or(supported);
    if (value != supported)
      throw object.error(key, fmt::format("is {}; only {} is supported", value, supported));
  };
  require("patch_size", config.patch_size);
  require("temporal_patch_size", config.temporal_patch_size);
  require("merge_size", config.merge_size);
  read_pixel_limits(object, config);
  config.image_mean = read_channels(object, "image_mean", config.image_mean);
  config.image_std = read_channels(object, "image_std", config.image_std);
  for (const double deviation : config.image_std) {
    if (!(deviation > 0))
      throw object.error("image_std", fmt::format("holds {}, which is not positive", deviation));
  }
  config.rescale_factor = object.find_double("rescale_factor").value_or(config.rescale_factor);
  return config;
}

/// False for what may not be looked at: reading it says why.
bool is_missing(const std::filesystem::path& path) {
  std::error_code failure;
  return !std::filesystem::exists(path, failure) && !failure;
}

OrderedJson vision_to_json(const ModelConfig& config) {
  const auto& vision = config.vision;
  OrderedJson json{{"depth", vision.depth}};
  if (config.family == Family::qwen2_vl) {
    json["embed_dim"] = vision.width;
    json["hidden_size"] = vision.out_width;
    json["mlp_ratio"] = static_cast<double>(vision.mlp_width) / vision.width;
  } else {
    json["hidden_size"] = vision.width;
    json["out_hidden_size"] = vision.out_width;
    json["intermediate_size"] = vision.mlp_width;
    json["window_size"] = vision.window_size;
    json["fullatt_block_indexes"] = vision.full_attention_blocks;
    json["tokens_per_second"] = vision.tokens_per_second;
  }
  json["hidden_act"] = vision.activation;
  json["num_heads"] = vision.num_heads;
  json["in_channels"] = vision.in_channels;
  json["in_chans"] = vision.in_channels;
  json["patch_size"] = vision.patch_size;
  json["spatial_patch_size"] = vision.patch_size;
  json["temporal_patch_size"] = vision.temporal_patch_size;
  json["spatial_merge_size"] = vision.spatial_merge_size;
  return json;
}

}  // namespace

GenerationOptions load_generation_options(const std::filesystem::path& directory,
                                          const ModelConfig& config) {
  const auto path = directory / "generation_config.json";
  const std::string text = is_missing(path) ? "{}" : read_text_file(path);
  return parse_generation_options(text, path.string(), config);
}

GenerationOptions parse_generation_options(std::string_view json,
                                           const std::string& name,
                                           const ModelConfig& config) {
  const auto object = JsonObject::parse(json, name);
  GenerationOptions options;
  options.max_new_tokens = object.find_int("max_new_tokens").value_or(options.max_new_tokens);
  options.do_sample = object.find_bool("do_sample").value_or(false);
  options.temperature = object.find_double("temperature").value_or(options.temperature);
  options.top_k = object.find_int("top_k").value_or(options.do_sample ? kDefaultTopK : 0);
  options.top_p = object.find_double("top_p").value_or(options.top_p);
  options.repetition_penalty =
      object.find_double("repetition_penalty").value_or(options.repetition_penalty);
  options.eos_ids = object.find_ints("eos_token_id").value_or(config.eos_ids);
  if (const auto fault = find_fault(options)) {
    throw Error(ErrorCode::model, fmt::format("cannot use '{}': {}", name, *fault));
  }
  return options;
}

PreprocessorConfig load_preprocessor_config(const std::filesystem::path& directory) {
  const auto path = directory / "preprocessor_config.json";
  if (!is_missing(path)) return parse_preprocessor_config(read_text_file(path), path.string());
  // Where transformers 5 keeps the same keys.
  const auto nested_path = directory / "processor_config.json";
  if (is_missing(nested_path)) return {};
  const auto nested = JsonObject::parse(read_text_file(nested_path), nested_path.string());
  const auto image_processor = nested.find_object("image_processor");
  return image_processor ? read_preprocessor(*image_processor) : PreprocessorConfig{};
}

PreprocessorConfig parse_preprocessor_config(std::string_view json, const std::string& name) {
  return read_preprocessor(JsonObject::parse(json, name));
}

std::string to_json(const ModelConfig& config) {
  const auto& text = config.text;
  OrderedJson json{
      {"architectures", {config.architecture}},
      {"model_type", to_string(config.family)},
      {"hidden_act", "silu"},
      {"hidden_size", text.hidden_size},
      {"intermediate_size", text.mlp_width},
      {"num_hidden_layers", text.num_layers},
      {"num_attention_heads", text.num_heads},
      {"num_key_value_heads", text.num_kv_heads},
      {"vocab_size", text.vocab_size},
      {"max_position_embeddings", text.max_position_embeddings},
      {"rms_norm_eps", text.rms_norm_eps},
      {"rope_theta", text.rope_theta},
      {"use_sliding_window", false},
      {"tie_word_embeddings", text.tie_word_embeddings},
      {"torch_dtype", config.dtype},
      {"bos_token_id", config.bos_id},
      {"vision_start_token_id", config.vision_start_id},
      {"vision_end_token_id", config.vision_end_id},
      {"image_token_id", config.image_pad_id},
      {"video_token_id", config.video_pad_id},
  };
  json["rope_scaling"] = {{"type", "mrope"}, {"mrope_section", text.mrope_section}};
  if (config.bare_replies) json["hindsight"]["bare_replies"] = true;
  if (!config.words.empty()) json["hindsight"]["words"] = config.words;
  if (config.eos_ids.size() == 1) {
    json["eos_token_id"] = config.eos_ids.front();
  } else {
    json["eos_token_id"] = config.eos_ids;
  }
  json["vision_config"] = vision_to_json(config);
  return json.dump(2) + "\n";
}

std::string to_json(const PreprocessorConfig& config) {
  const OrderedJson json{
      {"image_processor_type", "Qwen2VLImageProcessor"},
      {"min_pixels", config.min_pixels},
      {"max_pixels", config.max_pixels},
      {"patch_size", config.patch_size},
      {"temporal_patch_size", config.temporal_patch_size},
      {"merge_size", config.merge_size},
      {"image_mean", config.image_mean},
      {"image_std", config.image_std},
      {"rescale_factor", config.rescale_factor},
  };
  return json.dump(2) + "\n";
}

}  // namespace hindsight::model
