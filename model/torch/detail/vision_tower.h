// The vision tower of Qwen2-VL and Qwen2.5-VL, merger included.
#pragma once

#include <filesystem>
#include <memory>

#include "model/torch/load.h"

namespace hindsight::model::torch::detail {

/// See load_vision_tower().
[[nodiscard]] std::unique_ptr<VisionTower> make_vision_tower(const std::filesystem::path& directory,
                                                             const LoadOptions& options,
                                                             const Logger& logger);

}  // namespace hindsight::model::torch::detail
