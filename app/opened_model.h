// The language model and its tokenizer, for the verbs that ask it.
#pragma once

#include <filesystem>
#include <memory>

#include "core/logger.h"
#include "model/tokenizer.h"
#include "model/torch/load.h"
#include "model/vision_language_model.h"

namespace hindsight::app {

struct LoadedModel {
  model::Tokenizer tokenizer;
  std::unique_ptr<model::LanguageModel> language;
  double load_ms = 0;  ///< what bringing the weights into memory took
};

/// Throws Error(model) for a folder that cannot be used, Error(usage) for options that this machine
/// cannot follow, Error(exhausted) without the memory.
[[nodiscard]] LoadedModel load_model(const std::filesystem::path& model_dir,
                                     const model::torch::LoadOptions& options,
                                     const Logger& logger);

}  // namespace hindsight::app
