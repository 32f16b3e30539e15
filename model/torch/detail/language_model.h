// The language model of the family: Qwen2 with M-RoPE and a key-value cache.
#pragma once

#include <filesystem>
#include <memory>

#include "model/torch/load.h"

namespace hindsight::model::torch::detail {

/// See load_language_model().
[[nodiscard]] std::unique_ptr<CheckpointModel> make_language_model(
    const std::filesystem::path& directory, const LoadOptions& options, const Logger& logger);

}  // namespace hindsight::model::torch::detail
