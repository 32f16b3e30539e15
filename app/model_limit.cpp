#include "app/model_limit.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/model_dir.h"

namespace hindsight::app {

void limit_to_model(sampler::PlanOptions& plan, const model::PreprocessorConfig& preprocessor) {
  const std::int64_t side = preprocessor.side_factor();
  const auto most = std::max<std::int64_t>(preprocessor.max_pixels / (side * side), 1);
  if (most >= plan.max_pair_tokens) return;
  plan.max_pair_tokens = static_cast<int>(most);
  plan.min_pair_tokens = std::min(plan.min_pair_tokens, plan.max_pair_tokens);
}

std::string limit_to_found_model(sampler::PlanOptions& plan, const Context& context) {
  sampler::validate(plan);
  std::string name = "none ships and --model names none, so planned without a model";
  if (!context.model_dir.empty() || shipped_model_dir()) {
    const auto directory = resolve_model_dir(context);
    limit_to_model(plan, model::load_preprocessor_config(directory));
    name = directory.string();
  }
  return fmt::format(
      "{}: {} to {} tokens a pair", name, plan.min_pair_tokens, plan.max_pair_tokens);
}

}  // namespace hindsight::app
