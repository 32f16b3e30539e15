// Questions about a Prompt as a whole.
#pragma once

#include <vector>

#include "model/config.h"
#include "model/vision_language_model.h"

namespace hindsight::model {

/// Tokens of all parts.
[[nodiscard]] int num_tokens(const Prompt& prompt);

/// The prompt as transformers sees it: a visual token is the image or video pad id.
[[nodiscard]] std::vector<int> to_input_ids(const Prompt& prompt, const ModelConfig& config);

}  // namespace hindsight::model
