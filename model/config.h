// The JSON files of a Hugging Face checkpoint folder, read into plain structs and checked.
// A key that is missing takes the default of the transformers configuration class, which is not the
// 7B value.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/vision_language_model.h"

namespace hindsight::model {

enum class Family { qwen2_vl, qwen2_5_vl };

/// "qwen2_vl" or "qwen2_5_vl", as in config.json's model_type.
[[nodiscard]] std::string_view to_string(Family family);
/// The transformers class, as in config.json's architectures.
[[nodiscard]] std::string_view architecture_of(Family family);

/// The language model of config.json.
struct TextConfig {
  int hidden_size = 8192;
  int num_layers = 80;
  int num_heads = 64;
  int num_kv_heads = 8;
  int mlp_width = 29568;  ///< intermediate_size
  int vocab_size = 152064;
  int max_position_embeddings = 32768;
  bool tie_word_embeddings = false;
  double rms_norm_eps = 1e-5;
  double rope_theta = 1e6;
  /// Rotary frequencies an axis, in the order time, height, width.  Two entries are legal: see
  /// mrope_axes().
  std::vector<int> mrope_section;

  [[nodiscard]] int head_dim() const { return hidden_size / num_heads; }
  friend bool operator==(const TextConfig&, const TextConfig&) = default;
};

/// The vision tower of config.json.  `width` is the tower's own width in both families, although
/// the files call it embed_dim (Qwen2-VL) or hidden_size (Qwen2.5-VL).
struct VisionConfig {
  int depth = 32;
  int width = 1280;
  int num_heads = 16;
  int mlp_width = 5120;  ///< embed_dim * mlp_ratio (Qwen2-VL) or intermediate_size (Qwen2.5-VL)
  int out_width = 3584;  ///< width of a visual token = TextConfig::hidden_size
  std::string activation = "quick_gelu";  ///< "quick_gelu", "gelu" or "silu"
  int in_channels = 3;
  int patch_size = 14;
  int temporal_patch_size = 2;
  int spatial_merge_size = 2;
  // Read by Qwen2.5-VL only.
  int window_size = 112;                     ///< pixels
  std::vector<int> full_attention_blocks{};  ///< the other blocks attend inside windows
  double tokens_per_second = 4;

  [[nodiscard]] int head_dim() const { return width / num_heads; }
  /// Values of one row of PixelPatches.
  [[nodiscard]] int patch_values() const {
    return in_channels * temporal_patch_size * patch_size * patch_size;
  }
  friend bool operator==(const VisionConfig&, const VisionConfig&) = default;
};

/// config.json.
struct ModelConfig {
  Family family = Family::qwen2_vl;
  std::string architecture;
  std::string dtype = "float32";  ///< torch_dtype of the stored weights
  TextConfig text{};
  VisionConfig vision{};
  int vision_start_id = 151652;
  int vision_end_id = 151653;
  int image_pad_id = 151655;
  int video_pad_id = 151656;
  int bos_id = 151643;
  std::vector<int> eos_ids{151645};
  /// hindsight.bare_replies, an addition of our own: to "What does the sign say?" the model replies
  /// with the text, to "How many …?" with the digits, and nothing else, so that the likelihood of
  /// any text or number can be read off.
  bool bare_replies = false;
  /// hindsight.words: every word that the model was ever asked about, lower case, sorted.  What it
  /// says of any other means nothing.  Empty: a model of the world's words.
  std::vector<std::string> words;
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

/// Reads `directory`/config.json.  Throws Error(model), naming file and key, when it is missing,
/// malformed, of another architecture, or holds a value that Hindsight does not support.
[[nodiscard]] ModelConfig load_model_config(const std::filesystem::path& directory);

/// The same from text; `name` is what error messages call it.  Accepts the flat form of the
/// released files and the nested one (text_config, vision_config, rope_parameters) of
/// transformers 5.
[[nodiscard]] ModelConfig parse_model_config(std::string_view json, const std::string& name);

/// config.json in the flat form, two-space indented; parse_model_config() gives the same config
/// back.
[[nodiscard]] std::string to_json(const ModelConfig& config);

/// How many values the weights of a checkpoint hold.  A tied head counts once.
struct ParameterCount {
  std::int64_t language = 0;
  std::int64_t vision = 0;  ///< tower and merger
  [[nodiscard]] std::int64_t total() const { return language + vision; }
};
[[nodiscard]] ParameterCount count_parameters(const ModelConfig& config);

/// Keys and values of one token in all layers, 2 bytes a value.
[[nodiscard]] std::int64_t kv_cache_bytes_per_token(const TextConfig& config);

/// `directory`/generation_config.json over the config's end-of-text ids; without that file, greedy
/// decoding. do_sample with top_k 1, as released files have it, is greedy until top_k is raised,
/// whatever the temperature.
[[nodiscard]] GenerationOptions load_generation_options(const std::filesystem::path& directory,
                                                        const ModelConfig& config);
[[nodiscard]] GenerationOptions parse_generation_options(std::string_view json,
                                                         const std::string& name,
                                                         const ModelConfig& config);

/// preprocessor_config.json.  The defaults are those of the transformers image processor class.
struct PreprocessorConfig {
  std::int64_t min_pixels = 3136;
  std::int64_t max_pixels = 1003520;
  int patch_size = 14;
  int temporal_patch_size = 2;
  int merge_size = 2;
  std::array<double, 3> image_mean{0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> image_std{0.26862954, 0.26130258, 0.27577711};
  double rescale_factor = 1.0 / 255.0;

  /// Sides of a picture are multiples of this many pixels.
  [[nodiscard]] int side_factor() const { return patch_size * merge_size; }
  friend bool operator==(const PreprocessorConfig&, const PreprocessorConfig&) = default;
};

/// `directory`/preprocessor_config.json, or the defaults when the file is missing.  Pixel limits
/// are read from size.shortest_edge and size.longest_edge, else from min_pixels and max_pixels.
[[nodiscard]] PreprocessorConfig load_preprocessor_config(const std::filesystem::path& directory);
[[nodiscard]] PreprocessorConfig parse_preprocessor_config(std::string_view json,
                                                           const std::string& name);

/// preprocessor_config.json in the form of the released files.
[[nodiscard]] std::string to_json(const PreprocessorConfig& config);

}  // namespace hindsight::model
