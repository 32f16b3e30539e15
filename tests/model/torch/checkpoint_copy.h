// The same weights in another guise: other names, types, shards or shapes.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "model/checkpoint.h"

namespace hindsight::test {

/// What copy_checkpoint() changes.
struct CopyOptions {
  model::NameLayout layout = model::NameLayout::released;
  model::ElementType type = model::ElementType::bf16;  ///< bf16, f16 or f32; the source is bf16
  bool flat_patch_embedding = false;                   ///< store it as a matrix
  bool nested_config = false;                          ///< text_config and rope_parameters
  bool untied_head = false;  ///< a copy of the embedding as lm_head.weight
  int num_shards = 1;
  /// Names of tensors (as stored) to leave out.
  std::function<bool(const std::string&)> leave_out{};
  /// A tensor to add that no model has.
  std::string extra_tensor{};
};

/// Writes the bf16 checkpoint of `from` into the empty folder `to`.
void copy_checkpoint(const std::filesystem::path& from,
                     const std::filesystem::path& to,
                     const CopyOptions& options);

}  // namespace hindsight::test
