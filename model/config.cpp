#include "model/config.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/detail/json_object.h"

namespace hindsight::model {
namespace {

// Text keys live at the root of flat files and in text_config of nested ones, which may repeat some
// of them outside.
struct TextSource {
  JsonObject root;
  std::optional<JsonObject> nested;

  [[nodiscard]] const JsonObject& holding(const std::string& key) const {
    return nested && nested->has(key) ? *nested : root;
  }
};

// Far beyond every real size; keeps sums and products of sizes inside 64 bits.
constexpr int kMaxSize = 1 << 24;
constexpr int kMaxLayers = 1 << 10;

int positive(const JsonObject& object,
             const std::string& key,
             int missing,
             int largest = kMaxSize) {
  const int value = object.find_int(key).value_or(missing);
  if (value <= 0) throw object.error(key, fmt::format("is {}, but must be positive", value));
  if (value > largest) throw object.error(key, fmt::format("is {}, more than {}", value, largest));
  return value;
}

double positive_number(const JsonObject& object, const std::string& key, double missing) {
  const double value = object.find_double(key).value_or(missing);
  if (!(value > 0)) throw object.error(key, fmt::format("is {}, but must be positive", value));
  return value;
}

void require_value(const JsonObject& object, const std::string& key, int value, int supported) {
  if (value == supported) return;
  throw object.error(key, fmt::format("is {}; only {} is supported", value, supported));
}

Family parse_family(const JsonObject& root) {
  const auto model_type = root.find_string("model_type");
  const auto architectures =
      root.find_strings("architectures").value_or(std::vector<std::string>{});
  const std::string architecture = architectures.empty() ? "" : architectures.front();
  for (const Family family : {Family::qwen2_vl, Family::qwen2_5_vl}) {
    const auto name = architecture_of(family);
    if (model_type ? *model_type == to_string(family) : architecture == name) {
      if (architecture.empty() || architecture == name) return family;
      throw root.error(
          "architectures",
          fmt::format("names {}; a {} model must be a {}", architecture, to_string(family), name));
    }
  }
  if (!model_type && architecture.empty()) {
    throw root.error("model_type", "is missing, so that the architecture is unknown");
  }
  throw root.error(model_type ? "model_type" : "architectures",
                   fmt::format("is '{}'; supported are qwen2_vl and qwen2_5_vl",
                               model_type.value_or(architecture)));
}

void parse_rope(const TextSource& source, TextConfig& text) {
  const bool renamed = source.holding("rope_parameters").has("rope_parameters");
  const std::string key = renamed ? "rope_parameters" : "rope_scaling";
  const auto rope = source.holding(key).find_object(key);
  if (!rope) throw source.root.error("rope_scaling", "is missing; it must hold mrope_section");

  for (const std::string type_key : {"rope_type", "type"}) {
    const auto type = rope->find_string(type_key);
    if (type && *type != "mrope" && *type != "default") {
      throw rope->error(
          type_key,
          fmt::format(
              "is '{}'; only 'mrope' and 'default' are supported: remove the scaling to use "
              "the model at its own context length",
              *type));
    }
  }
  const auto& theta_holder = rope->has("rope_theta") ? *rope : source.holding("rope_theta");
  text.rope_theta = positive_number(theta_holder, "rope_theta", text.rope_theta);

  const auto section = rope->find_ints("mrope_section");
  if (!section) throw rope->error("mrope_section", "is missing");
  text.mrope_section = *section;
  int sum = 0;
  for (const int n : *section) {
    if (n < 0) throw rope->error("mrope_section", fmt::format("holds {}, which is negative", n));
    sum += n;
  }
  const bool has_axes = section->size() == 2 || section->size() == 3;
  if (!has_axes || 2 * sum != text.head_dim()) {
    throw rope->error(
        "mrope_section",
        fmt::format(
            "is [{}]; it must hold 2 or 3 numbers that add up to {}, half the width of a head",
            fmt::join(*section, ", "),
            text.head_dim() / 2));
  }
}

TextConfig parse_text(const TextSource& source) {
  TextConfig text;
  const auto read = [&](const std::string& key, int missing) {
    return positive(source.holding(key), key, missing);
  };
  text.hidden_size = read("hidden_size", text.hidden_size);
  text.num_layers = positive(
      source.holding("num_hidden_layers"), "num_hidden_layers", text.num_layers, kMaxLayers);
  text.num_heads = read("num_attention_heads", text.num_heads);
  text.num_kv_heads = read("num_key_value_heads", text.num_kv_heads);
  text.mlp_width = read("intermediate_size", text.mlp_width);
  text.vocab_size = read("vocab_size", text.vocab_size);
  text.max_position_embeddings = read("max_position_embeddings", text.max_position_embeddings);
  const auto& eps_holder = source.holding("rms_norm_eps");
  text.rms_norm_eps = positive_number(eps_holder, "rms_norm_eps", text.rms_norm_eps);

  const auto& heads = source.holding("num_attention_heads");
  if (text.hidden_size % text.num_heads != 0 || text.head_dim() % 2 != 0) {
    throw heads.error(
        "num_attention_heads",
        fmt::format("is {}, which does not cut hidden_size {} into heads of even width",
                    text.num_heads,
                    text.hidden_size));
  }
  if (text.num_heads % text.num_kv_heads != 0) {
    throw source.holding("num_key_value_heads")
        .error("num_key_value_heads",
               fmt::format("is {}, which does not divide the {} attention heads",
                           text.num_kv_heads,
                           text.num_heads));
  }
  const auto& head_dim_holder = source.holding("head_dim");
  require_value(head_dim_holder,
                "head_dim",
                head_dim_holder.find_int("head_dim").value_or(text.head_dim()),
                text.head_dim());

  const auto& act_holder = source.holding("hidden_act");
  const auto activation = act_holder.find_string("hidden_act").value_or("silu");
  if (activation != "silu") {
    throw act_holder.error("hidden_act",
                           fmt::format("is '{}'; only 'silu' is supported", activation));
  }
  const auto& window_holder = source.holding("use_sliding_window");
  if (window_holder.find_bool("use_sliding_window").value_or(false)) {
    throw window_holder.error("use_sliding_window", "is true, which is not supported");
  }
  parse_rope(source, text);

  const auto outer_tie = source.root.find_bool("tie_word_embeddings");
  const auto inner_tie =
      source.nested ? source.nested->find_bool("tie_word_embeddings") : std::nullopt;
  text.tie_word_embeddings = outer_tie.value_or(inner_tie.value_or(false));
  return text;
}

std::string parse_activation(const JsonObject& vision, const std::string& missing) {
  const auto activation = vision.find_string("hidden_act").value_or(missing);
  if (activation == "quick_gelu" || activation == "gelu" || activation == "silu") return activation;
  throw vision.error("hidden_act",
                     fmt::format("is '{}'; supported are quick_gelu, gelu and silu", activation));
}

// Qwen2-VL: embed_dim is the tower's width and hidden_size the language model's.
VisionConfig parse_qwen2_vision(const JsonObject& object) {
  VisionConfig vision;
  vision.width = positive(object, "embed_dim", 1280);
  const double mlp_width = vision.width * positive_number(object, "mlp_ratio", 4);
  if (mlp_width > kMaxSize) throw object.error("mlp_ratio", "is too large");
  vision.mlp_width = static_cast<int>(mlp_width);
  vision.out_width = positive(object, "hidden_size", 3584);
  vision.activation = parse_activation(object, "quick_gelu");
  return vision;
}

// Qwen2.5-VL: hidden_size is the tower's width, out_hidden_size the language model's.
VisionConfig parse_qwen2_5_vision(const JsonObject& object) {
  VisionConfig vision;
  vision.width = positive(object, "hidden_size", 3584);
  vision.mlp_width = positive(object, "intermediate_size", 3420);
  vision.out_width = positive(object, "out_hidden_size", 3584);
  vision.activation = parse_activation(object, "silu");
  vision.window_size = positive(object, "window_size", 112);
  vision.full_attention_blocks =
      object.find_ints("fullatt_block_indexes").value_or(std::vector<int>{7, 15, 23, 31});
  vision.tokens_per_second = positive_number(object, "tokens_per_second", 4);
  return vision;
}

VisionConfig parse_vision(const JsonObject& object, Family family, int text_width) {
  VisionConfig vision =
      family == Family::qwen2_vl ? parse_qwen2_vision(object) : parse_qwen2_5_vision(object);
  vision.depth = positive(object, "depth", 32, kMaxLayers);
  vision.num_heads = positive(object, "num_heads", 16);
  const std::string channels_key = object.has("in_channels") ? "in_channels" : "in_chans";
  vision.in_channels = positive(object, channels_key, 3);
  vision.patch_size = positive(object, "patch_size", 14);
  vision.temporal_patch_size = positive(object, "temporal_patch_size", 2);
  vision.spatial_merge_size = positive(object, "spatial_merge_size", 2);

  require_value(object, channels_key, vision.in_channels, 3);
  require_value(object, "patch_size", vision.patch_size, 14);
  require_value(object, "temporal_patch_size", vision.temporal_patch_size, 2);
  require_value(object, "spatial_merge_size", vision.spatial_merge_size, 2);
  if (vision.width % vision.num_heads != 0 || vision.head_dim() % 4 != 0) {
    throw object.error(
        "num_heads",
        fmt::format("is {}, which does not cut a tower of width {} into heads whose width is a "
                    "multiple of 4, as the two-dimensional rotation needs",
                    vision.num_heads,
                    vision.width));
  }
  if (vision.window_size < vision.patch_size * vision.spatial_merge_size) {
    throw object.error("window_size",
                       fmt::format("is {}, less than one merged patch", vision.window_size));
  }
  if (vision.out_width != text_width) {
    throw object.error(
        family == Family::qwen2_vl ? "hidden_size" : "out_hidden_size",
        fmt::format("is {}, but the language model is {} wide", vision.out_width, text_width));
  }
  return vision;
}

}  // namespace

std::string_view to_string(Family family) {
  return family == Family::qwen2_vl ? "qwen2_vl" : "qwen2_5_vl";
}

std::string_view architecture_of(Family family) {
  return family == Family::qwen2_vl ? "Qwen2VLForConditionalGeneration"
                                    : "Qwen2_5_VLForConditionalGeneration";
}

ModelConfig load_model_config(const std::filesystem::path& directory) {
  const auto path = directory / "config.json";
  return parse_model_config(read_text_file(path), path.string());
}

ModelConfig parse_model_config(std::string_view json, const std::string& name) {
  const auto root = JsonObject::parse(json, name);
  const TextSource source{root, root.find_object("text_config")};
  if (root.has("quantization_config")) {
    throw root.error("quantization_config",
                     "is present, but quantised checkpoints are not supported");
  }
  ModelConfig config;
  config.family = parse_family(root);
  config.architecture = architecture_of(config.family);
  config.text = parse_text(source);
  const auto vision = root.find_object("vision_config");
  if (!vision) throw root.error("vision_config", "is missing");
  config.vision = parse_vision(*vision, config.family, config.text.hidden_size);

  const std::string dtype_key =
      source.holding("torch_dtype").has("torch_dtype") ? "torch_dtype" : "dtype";
  config.dtype = source.holding(dtype_key).find_string(dtype_key).value_or(config.dtype);
  const auto id = [&](const std::string& key, int missing) {
    return source.holding(key).find_int(key).value_or(missing);
  };
  config.vision_start_id = id("vision_start_token_id", config.vision_start_id);
  config.vision_end_id = id("vision_end_token_id", config.vision_end_id);
  config.image_pad_id = id("image_token_id", config.image_pad_id);
  config.video_pad_id = id("video_token_id", config.video_pad_id);
  config.bos_id = id("bos_token_id", config.bos_id);
  config.eos_ids =
      source.holding("eos_token_id").find_ints("eos_token_id").value_or(config.eos_ids);
  if (const auto own = root.find_object("hindsight")) {
    config.bare_replies = own->find_bool("bare_replies").value_or(false);
    config.words = own->find_strings("words").value_or(config.words);
    std::sort(config.words.begin(), config.words.end());
  }
  return config;
}

}  // namespace hindsight::model
