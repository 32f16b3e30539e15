#include "model/torch/on_demand.h"

#include <chrono>
#include <utility>

#include "model/checkpoint.h"

namespace hindsight::model::torch {

OnDemandModel::OnDemandModel(std::filesystem::path directory,
                             const LoadOptions& options,
                             Logger logger)
    : directory_(std::move(directory)),
      options_(options),
      logger_(std::move(logger)),
      info_(read_model_info(directory_, options_)) {}

LanguageModel& OnDemandModel::loaded() {
  if (!model_) {
    const auto begin = std::chrono::steady_clock::now();
    model_ = load_language_model(directory_, options_, logger_);
    load_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  return *model_;
}

Generation OnDemandModel::generate(const Prompt& prompt,
                                   const GenerationOptions& options,
                                   const OnToken& on_token) {
  return loaded().generate(prompt, options, on_token);
}

std::vector<float> OnDemandModel::next_token_logits(const Prompt& prompt) {
  return loaded().next_token_logits(prompt);
}

std::vector<std::vector<float>> OnDemandModel::score_next(std::span<const Prompt> prompts,
                                                          std::span<const int> ids) {
  return loaded().score_next(prompts, ids);
}

std::vector<double> OnDemandModel::reply_margins(const Prompt& prompt,
                                                 std::span<const std::vector<int>> replies) {
  return loaded().reply_margins(prompt, replies);
}

TokenMatrix OnDemandModel::embed(std::span<const int> ids) {
  if (model_) return model_->embed(ids);
  const CheckpointWeights weights(directory_, load_model_config(directory_));
  if (weights.type() != ElementType::bf16) return loaded().embed(ids);
  return embedding_rows(weights, ids);
}

}  // namespace hindsight::model::torch
