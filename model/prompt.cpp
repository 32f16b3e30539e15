#include "model/prompt.h"

namespace hindsight::model {

int num_tokens(const Prompt& prompt) {
  int count = 0;
  for (const auto& part : prompt) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
      count += static_cast<int>(text->size());
    } else {
      count += static_cast<int>(std::get<VisualPart>(part).grid.num_tokens());
    }
  }
  return count;
}

std::vector<int> to_input_ids(const Prompt& prompt, const ModelConfig& config) {
  std::vector<int> ids;
  ids.reserve(static_cast<std::size_t>(num_tokens(prompt)));
  for (const auto& part : prompt) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
      ids.insert(ids.end(), text->begin(), text->end());
    } else {
      const auto& visual = std::get<VisualPart>(part);
      const bool is_image = visual.kind == VisualPart::Kind::image;
      ids.insert(ids.end(),
                 static_cast<std::size_t>(visual.grid.num_tokens()),
                 is_image ? config.image_pad_id : config.video_pad_id);
    }
  }
  return ids;
}

}  // namespace hindsight::model
