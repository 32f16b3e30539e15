// A language model whose weights are brought into memory when something is first asked of them: an
// answer that is read from kept looks needs neither the weights nor libtorch.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/logger.h"
#include "model/torch/load.h"
#include "model/vision_language_model.h"

namespace hindsight::model::torch {

class OnDemandModel : public LanguageModel {
 public:
  /// Reads what read_model_info() reads, and throws as it does.  What load_language_model() throws
  /// comes with the first call that needs the weights.
  OnDemandModel(std::filesystem::path directory, const LoadOptions& options, Logger logger);

  [[nodiscard]] const ModelInfo& info() const override { return info_; }
  void prepare() override { static_cast<void>(loaded()); }

  [[nodiscard]] Generation generate(const Prompt& prompt,
                                    const GenerationOptions& options,
                                    const OnToken& on_token) override;
  [[nodiscard]] std::vector<float> next_token_logits(const Prompt& prompt) override;
  [[nodiscard]] std::vector<std::vector<float>> score_next(std::span<const Prompt> prompts,
                                                           std::span<const int> ids) override;
  [[nodiscard]] std::vector<double> reply_margins(
      const Prompt& prompt, std::span<const std::vector<int>> replies) override;
  /// Of an embedding that is stored in bf16, the rows as they stand in the file.
  [[nodiscard]] TokenMatrix embed(std::span<const int> ids) override;

  /// What bringing the weights into memory took; 0 where nothing needed them.
  [[nodiscard]] double load_seconds() const { return load_seconds_; }

 private:
  LanguageModel& loaded();

  std::filesystem::path directory_;
  LoadOptions options_;
  Logger logger_;
  ModelInfo info_;
  std::unique_ptr<LanguageModel> model_;
  double load_seconds_ = 0;
};

}  // namespace hindsight::model::torch
