#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "model/random_checkpoint.h"

namespace hindsight::model {
namespace {

struct TextShape {
  std::string_view name;
  int hidden_size;
  int num_layers;
  int num_heads;
  int num_kv_heads;
  int mlp_width;
  int vocab_size;
  bool tied;
};

constexpr std::array<TextShape, 6> kShapes{{{"tiny", 64, 2, 4, 2, 160, 512, true},
                                            {"2b", 1536, 28, 12, 2, 8960, 151936, true},
                                            {"3b", 2048, 36, 16, 2, 11008, 151936, true},
                                            {"7b", 3584, 28, 28, 4, 18944, 152064, false},
                                            {"32b", 5120, 64, 40, 8, 27648, 152064, false},
                                            {"72b", 8192, 80, 64, 8, 29568, 152064, false}}};

constexpr std::array<std::string_view, kShapes.size()> kNames = [] {
  std::array<std::string_view, kShapes.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kShapes[i].name;
  return names;
}();

// After the 256 bytes and 32 merges of byte_level_tokenizer_json().
constexpr int kTinyFirstSpecial = 288;
constexpr int kReleasedFirstSpecial = 151643;

void set_special_ids(ModelConfig& config, int first) {
  config.bos_id = first;
  config.eos_ids = {first + 2, first};
  config.vision_start_id = first + 9;
  config.vision_end_id = first + 10;
  config.image_pad_id = first + 12;
  config.video_pad_id = first + 13;
}

void set_vision(ModelConfig& config, bool tiny, int text_layers) {
  VisionConfig& vision = config.vision;
  const bool gated = config.family == Family::qwen2_5_vl;
  const bool small = text_layers == 28 || text_layers == 36;
  if (tiny) {
    vision.depth = 2;
    vision.width = 32;
    vision.num_heads = 4;
    vision.mlp_width = gated ? 80 : 128;
  } else if (gated) {
    vision.mlp_width = small ? 3420 : 3456;
  }
  vision.out_width = config.text.hidden_size;
  if (gated) {
    vision.activation = "silu";
    vision.full_attention_blocks = tiny ? std::vector<int>{1} : std::vector<int>{7, 15, 23, 31};
    vision.tokens_per_second = 2;
  }
}

}  // namespace

std::span<const std::string_view> checkpoint_shapes() { return kNames; }

ModelConfig checkpoint_shape(std::string_view name, Family family) {
  const auto shape = std::find_if(
      kShapes.begin(), kShapes.end(), [&](const TextShape& s) { return s.name == name; });
  if (shape == kShapes.end()) {
    throw Error(
        ErrorCode::usage,
        fmt::format("there is no shape '{}'; there are: {}", name, fmt::join(kNames, ", ")));
  }
  const bool tiny = name == "tiny";
  ModelConfig config;
  config.family = family;
  config.architecture = architecture_of(family);
  TextConfig& text = config.text;
  text.hidden_size = shape->hidden_size;
  text.num_layers = shape->num_layers;
  text.num_heads = shape->num_heads;
  text.num_kv_heads = shape->num_kv_heads;
  text.mlp_width = shape->mlp_width;
  text.vocab_size = shape->vocab_size;
  text.tie_word_embeddings = shape->tied;
  text.max_position_embeddings = family == Family::qwen2_vl ? 32768 : 128000;
  text.rms_norm_eps = 1e-6;
  text.mrope_section = tiny ? std::vector<int>{2, 3, 3} : std::vector<int>{16, 24, 24};
  set_vision(config, tiny, shape->num_layers);
  set_special_ids(config, tiny ? kTinyFirstSpecial : kReleasedFirstSpecial);
  return config;
}

}  // namespace hindsight::model
