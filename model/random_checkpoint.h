// Checkpoints with generated weights, for tests, demonstrations and measurements at the real
// shapes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "model/config.h"
#include "model/safetensors.h"

namespace hindsight::model {

/// The names that checkpoint_shape() knows: "tiny", "2b", "3b", "7b", "32b", "72b".
[[nodiscard]] std::span<const std::string_view> checkpoint_shapes();

/// The configuration of a size; the vision tower is the family's.  "tiny" exercises every code path
/// in under 1 MB: two blocks, windows, grouped heads, three rotary sections.  Throws Error(usage)
/// for another name.
[[nodiscard]] ModelConfig checkpoint_shape(std::string_view name, Family family);

struct RandomCheckpointOptions {
  std::uint64_t seed = 0;
  ElementType type = ElementType::bf16;  ///< bf16 or f32
  /// Copied as tokenizer.json; empty: a byte-level one with the special tokens of the family at the
  /// config's ids.
  std::filesystem::path tokenizer{};
};

/// Writes config.json, generation_config.json, preprocessor_config.json, tokenizer.json and
/// model.safetensors into `directory`, which is created.  The same arguments give the same bytes.
/// Values are scaled so that activations keep their size through the layers and logits are far from
/// flat. Throws Error(usage) for another element type or when the folder already holds a model,
/// Error(model) when it cannot be written.
void write_random_checkpoint(const std::filesystem::path& directory,
                             const ModelConfig& config,
                             const RandomCheckpointOptions& options);

/// tokenizer.json with the 256 byte tokens, 32 merges, and the family's 14 special tokens from
/// config.bos_id on. Throws Error(usage) when the config's ids are not in the family's order, or
/// less than 288 ids are left before them.
[[nodiscard]] std::string byte_level_tokenizer_json(const ModelConfig& config);

}  // namespace hindsight::model
