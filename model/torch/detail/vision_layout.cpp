#include "model/torch/detail/vision_layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hindsight::model::torch::detail {
namespace {

void append_segment(std::vector<SegmentRun>& runs, std::int64_t length) {
  if (!runs.empty() && runs.back().length == length) {
    ++runs.back().count;
  } else {
    runs.push_back({1, length});
  }
}

}  // namespace

std::vector<float> rotary_angles(const GridThw& grid, const VisionConfig& config) {
  const int frequencies = config.head_dim() / 4;
  std::vector<float> inverse(static_cast<std::size_t>(frequencies));
  for (int k = 0; k < frequencies; ++k) {
    // As torch computes it: the exponent and the power in float32.
    const float exponent = static_cast<float>(2 * k) / static_cast<float>(2 * frequencies);
    inverse[static_cast<std::size_t>(k)] = 1.0F / std::pow(10000.0F, exponent);
  }
  const int merge = config.spatial_merge_size;
  std::vector<float> angles;
  angles.reserve(static_cast<std::size_t>(grid.h) * static_cast<std::size_t>(grid.w) *
                 inverse.size() * 2);
  const auto append = [&](int position) {
    for (const float f : inverse) angles.push_back(static_cast<float>(position) * f);
  };
  for (int block_row = 0; block_row < grid.h; block_row += merge) {
    for (int block_column = 0; block_column < grid.w; block_column += merge) {
      for (int i = 0; i < merge * merge; ++i) {
        append(block_row + i / merge);
        append(block_column + i % merge);
      }
    }
  }
  return angles;
}

std::vector<SegmentRun> frame_segments(const GridThw& grid) {
  return {{grid.t, std::int64_t{grid.h} * grid.w}};
}

WindowLayout window_layout(const GridThw& grid, const VisionConfig& config) {
  const int merge = config.spatial_merge_size;
  const int side = config.window_size / merge / config.patch_size;
  const int rows = grid.h / merge;
  const int columns = grid.w / merge;
  WindowLayout layout;
  for (int t = 0; t < grid.t; ++t) {
    for (int top = 0; top < rows; top += side) {
      for (int left = 0; left < columns; left += side) {
        const int bottom = std::min(top + side, rows);
        const int right = std::min(left + side, columns);
        for (int row = top; row < bottom; ++row) {
          for (int column = left; column < right; ++column) {
            layout.unit_order.push_back((std::int64_t{t} * rows + row) * columns + column);
          }
        }
        append_segment(layout.segments,
                       std::int64_t{bottom - top} * (right - left) * merge * merge);
      }
    }
  }
  return layout;
}

std::vector<std::int64_t> inverse_of(const std::vector<std::int64_t>& order) {
  std::vector<std::int64_t> inverse(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  }
  return inverse;
}

}  // namespace hindsight::model::torch::detail
