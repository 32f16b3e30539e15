// How much moves between two pictures, in units of noise.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sampler/change_map.h"

namespace hindsight::sampler {

/// A cell that changes by this many deviations has changed.
inline constexpr float kChanged = 6;
/// A thing has a cell that changes so much.
inline constexpr float kThing = 12;

/// More than this share of changed cells: no background stands still.
inline constexpr float kWholePicture = 0.7F;

/// A thing's sides, as shares of the picture's.
struct Extent {
  float width = 0;
  float height = 0;
};

/// As a share of the picture's side that it lies along.
[[nodiscard]] inline float short_side(const Extent& extent) {
  return extent.width < extent.height ? extent.width : extent.height;
}

/// How much moves at one moment.
struct Motion {
  MediaTime time{};
  /// Largest change of a cell in units of that cell's own noise; 0 where the whole picture moves.
  float strength = 0;
  /// Share of the cells that change by more than noise: [0, 1].
  float area = 0;
  /// smallest_thing(), where find_activity() looked for it.
  Extent smallest{};
};

/// `deviations`: what CellNoise says of the cells.
[[nodiscard]] Motion measure_motion(MediaTime time,
                                    const ChangeMap& map,
                                    const std::array<float, kNumCells>& deviations);

/// The smallest thing that changes by more than noise; empty where none does.
[[nodiscard]] Extent smallest_thing(const ChangeMap& map,
                                    const std::array<float, kNumCells>& deviations);

/// The strength from which on motion stands out of quiet moments; `weights`: how much time each
/// stands for.
[[nodiscard]] float motion_threshold(std::span<const Motion> motion,
                                     std::span<const std::uint32_t> weights);

/// Comparisons of neighbours are this far apart, and time counts in this unit.
inline constexpr MediaDuration kLookStep = std::chrono::milliseconds{66};

/// Time counted in looks: at least 1, at most five seconds' worth.
[[nodiscard]] std::uint32_t look_weight(MediaDuration length);

}  // namespace hindsight::sampler
