#include "app/loaded_model.h"

#include <chrono>

namespace hindsight::app {

LoadedModel load_model(const std::filesystem::path& model_dir,
                       const model::torch::LoadOptions& options,
                       const Logger& logger) {
  LoadedModel loaded{.tokenizer = model::Tokenizer::load(model_dir), .language = nullptr};
  const auto begin = std::chrono::steady_clock::now();
  loaded.language = model::torch::load_language_model(model_dir, options, logger);
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
  loaded.load_ms = passed.count();
  return loaded;
}

}  // namespace hindsight::app
