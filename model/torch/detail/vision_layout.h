// The geometry of the vision tower without tensors: rotary angles, attention segments and the
// window order.
#pragma once

#include <cstdint>
#include <vector>

#include "model/config.h"
#include "model/vision_language_model.h"

namespace hindsight::model::torch::detail {

/// Angles [h * w, head_dim / 2] of one frame's patches in merge order: for patch (row, column)
/// first row * f_k, then column * f_k, with f_k = 10000^(-4k / head_dim).
[[nodiscard]] std::vector<float> rotary_angles(const GridThw& grid, const VisionConfig& config);

/// `count` neighbouring segments of `length` patches each; attention stays inside a segment.
struct SegmentRun {
  std::int64_t count = 0;
  std::int64_t length = 0;
  friend bool operator==(const SegmentRun&, const SegmentRun&) = default;
};

/// One segment a temporal patch.
[[nodiscard]] std::vector<SegmentRun> frame_segments(const GridThw& grid);

/// Merged 2 x 2 units ordered so that windows are contiguous.
struct WindowLayout {
  /// unit_order[i]: the unit, counted by time, row and column, that comes at place i.
  std::vector<std::int64_t> unit_order;
  std::vector<SegmentRun> segments;
};
[[nodiscard]] WindowLayout window_layout(const GridThw& grid, const VisionConfig& config);

/// inverse[order[i]] = i.
[[nodiscard]] std::vector<std::int64_t> inverse_of(const std::vector<std::int64_t>& order);

}  // namespace hindsight::model::torch::detail
