// A cached pair as a picture of a prompt.
#pragma once

#include <utility>

#include "core/token_matrix.h"
#include "index/records.h"
#include "model/vision_language_model.h"

namespace hindsight::query::detail {

/// A video of one temporal patch.  tokens: of this pair.
[[nodiscard]] inline model::VisualPart to_picture(const index::StoredPair& pair,
                                                  TokenMatrix tokens) {
  constexpr int kPatch = 14;
  return {.kind = model::VisualPart::Kind::video,
          .grid = {.t = 1, .h = pair.height / kPatch, .w = pair.width / kPatch},
          .tokens = std::move(tokens),
          .second_per_grid = 1.0};
}

}  // namespace hindsight::query::detail
