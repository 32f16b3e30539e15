#include "model/config.h"

namespace hindsight::model {
namespace {

std::int64_t linear(std::int64_t out, std::int64_t in, bool bias) {
  return out * in + (bias ? out : 0);
}

std::int64_t count_language(const TextConfig& text) {
  const std::int64_t width = text.hidden_size;
  const std::int64_t kv_width = std::int64_t{text.num_kv_heads} * text.head_dim();
  const std::int64_t attention =
      linear(width, width, true) + 2 * linear(kv_width, width, true) + linear(width, width, false);
  const std::int64_t layer = 2 * width + attention + 3 * width * text.mlp_width;
  const std::int64_t embedding = width * text.vocab_size;
  return embedding * (text.tie_word_embeddings ? 1 : 2) + layer * text.num_layers + width;
}

std::int64_t count_vision(const VisionConfig& vision, Family family) {
  const std::int64_t width = vision.width;
  const std::int64_t mlp_width = vision.mlp_width;
  const bool gated = family == Family::qwen2_5_vl;
  const std::int64_t norm = gated ? width : 2 * width;
  const std::int64_t mlp =
      linear(mlp_width, width, true) * (gated ? 2 : 1) + linear(width, mlp_width, true);
  const std::int64_t block =
      2 * norm + linear(3 * width, width, true) + linear(width, width, true) + mlp;
  const std::int64_t merged = width * vision.spatial_merge_size * vision.spatial_merge_size;
  const std::int64_t merger =
      norm + linear(merged, merged, true) + linear(vision.out_width, merged, true);
  return width * vision.patch_values() + block * vision.depth + merger;
}

}  // namespace

ParameterCount count_parameters(const ModelConfig& config) {
  return {count_language(config.text), count_vision(config.vision, config.family)};
}

std::int64_t kv_cache_bytes_per_token(const TextConfig& config) {
  constexpr std::int64_t kBytesPerValue = 2;
  return 2 * kBytesPerValue * config.num_layers * config.num_kv_heads * config.head_dim();
}

}  // namespace hindsight::model
