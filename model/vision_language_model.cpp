#include "model/vision_language_model.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

Error unknown_id(int id, std::size_t num_ids) {
  return Error(ErrorCode::internal,
               fmt::format("token {} is not among the {} of the model; is this tokenizer.json of "
                           "another checkpoint?",
                           id,
                           num_ids));
}

}  // namespace

std::vector<std::vector<float>> LanguageModel::score_next(std::span<const Prompt> prompts,
                                                          std::span<const int> ids) {
  std::vector<std::vector<float>> scores;
  scores.reserve(prompts.size());
  for (const Prompt& prompt : prompts) {
    const auto logits = next_token_logits(prompt);
    auto& row = scores.emplace_back();
    for (const int id : ids) {
      if (id < 0 || static_cast<std::size_t>(id) >= logits.size())
        throw unknown_id(id, logits.size());
      row.push_back(logits[static_cast<std::size_t>(id)]);
    }
  }
  return scores;
}

std::vector<double> LanguageModel::reply_margins(const Prompt& prompt,
                                                 std::span<const std::vector<int>> replies) {
  std::vector<double> margins;
  for (const auto& reply : replies) {
    Prompt written = prompt;
    double margin = 0;
    for (const int id : reply) {
      const auto logits = next_token_logits(written);
      if (id < 0 || static_cast<std::size_t>(id) >= logits.size())
        throw unknown_id(id, logits.size());
      margin +=
          logits[static_cast<std::size_t>(id)] - *std::max_element(logits.begin(), logits.end());
      written.push_back(TextPart{id});
    }
    margins.push_back(margin);
  }
  return margins;
}

}  // namespace hindsight::model
