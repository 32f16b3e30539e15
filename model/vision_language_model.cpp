#include "model/vision_language_model.h"

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::model {

std::vector<std::vector<float>> LanguageModel::score_next(std::span<const Prompt> prompts,
                                                          std::span<const int> ids) {
  std::vector<std::vector<float>> scores;
  scores.reserve(prompts.size());
  for (const Prompt& prompt : prompts) {
    const auto logits = next_token_logits(prompt);
    auto& row = scores.emplace_back();
    for (const int id : ids) {
      if (id < 0 || static_cast<std::size_t>(id) >= logits.size()) {
        throw Error(ErrorCode::internal,
                    fmt::format("score_next: token {} is not among the {} of the model; is this "
                                "tokenizer.json of another checkpoint?",
                                id,
                                logits.size()));
      }
      row.push_back(logits[static_cast<std::size_t>(id)]);
    }
  }
  return scores;
}

}  // namespace hindsight::model
