// The golden data of make_goldens.py as values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/safetensors.h"
#include "model/vision_language_model.h"

namespace hindsight::test {

inline const std::vector<std::string> kFamilies{"qwen2_vl", "qwen2_5_vl"};

/// Folder of the tiny checkpoint of a family.
[[nodiscard]] std::filesystem::path golden_checkpoint(const std::string& family);
/// What transformers computed from it.
[[nodiscard]] model::SafetensorsReader golden_results(const std::string& family);
/// Pixels, patches, grids and ids: the same for both families.
[[nodiscard]] const model::SafetensorsReader& golden_inputs();

/// models/hindsight-tiny, and the goldens that training/check_transformers.py made of it.
[[nodiscard]] std::filesystem::path shipped_checkpoint();
[[nodiscard]] std::filesystem::path shipped_goldens(const std::string& extension);

/// Images and videos as the golden grids cut the golden patches.
[[nodiscard]] std::vector<model::PixelPatches> golden_images();
[[nodiscard]] std::vector<model::PixelPatches> golden_videos();

/// The golden ids with the given tokens in place of pads.
[[nodiscard]] model::Prompt golden_prompt(const model::ModelConfig& config,
                                          const std::vector<TokenMatrix>& images,
                                          const std::vector<TokenMatrix>& videos);

/// The rows of all matrices, one after the other.
[[nodiscard]] std::vector<float> joined(const std::vector<TokenMatrix>& matrices);

/// Largest difference over the largest magnitude of `expected`; infinite when the sizes differ.
[[nodiscard]] double relative_error(const std::vector<float>& actual,
                                    const std::vector<float>& expected);

}  // namespace hindsight::test
