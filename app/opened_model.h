// The language model and its tokenizer, for the verbs that ask it.
#pragma once

#include <filesystem>

#include "core/logger.h"
#include "model/tokenizer.h"
#include "model/torch/on_demand.h"

namespace hindsight::app {

struct OpenedModel {
  model::Tokenizer tokenizer;
  model::torch::OnDemandModel language;

  /// What bringing the weights into memory took so far.
  [[nodiscard]] double load_ms() const { return language.load_seconds() * 1e3; }
};

/// Reads all but the weights.  Throws Error(model) for a folder that cannot be used.
[[nodiscard]] OpenedModel open_model(const std::filesystem::path& model_dir,
                                     const model::torch::LoadOptions& options,
                                     const Logger& logger);

}  // namespace hindsight::app
