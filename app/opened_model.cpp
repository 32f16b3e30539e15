#include "app/opened_model.h"

namespace hindsight::app {

OpenedModel open_model(const std::filesystem::path& model_dir,
                       const model::torch::LoadOptions& options,
                       const Logger& logger) {
  return {.tokenizer = model::Tokenizer::load(model_dir), .language = {model_dir, options, logger}};
}

}  // namespace hindsight::app
