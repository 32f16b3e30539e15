// Which cells of a small picture changed between two moments, beyond what the light explains.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// Absolute change of each cell in levels, capped at 255.
using ChangeMap = std::array<std::uint8_t, kNumCells>;

/// What cells of equal brightness in `before` have in common is taken off: the median change of
/// their band of 16 levels, or of all cells where a band has few.
[[nodiscard]] ChangeMap change_map(const SmallPicture& before, const SmallPicture& after);

/// Of the cell that changes most.
[[nodiscard]] int largest_change(const SmallPicture& before, const SmallPicture& after);

/// Noise is never taken to be less, in levels: rounding, and what encoders do to a still picture.
inline constexpr float kLeastDeviation = 1.5F;

/// Gathers change maps, then tells each cell's usual change.
class CellNoise {
 public:
  /// `weight`: counts as so many.
  void add(const ChangeMap& map, std::uint32_t weight = 1);
  /// Standard deviation of a cell's change in levels, at least kLeastDeviation, estimated from the
  /// quieter part of what was added.
  [[nodiscard]] std::array<float, kNumCells> deviations() const;

 private:
  static constexpr std::size_t kLevels = 64;
  std::vector<std::uint32_t> counts_ = std::vector<std::uint32_t>(kNumCells * kLevels, 0);
  std::uint32_t num_maps_ = 0;
};

}  // namespace hindsight::sampler
