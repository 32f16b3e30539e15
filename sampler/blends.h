// Dissolves and fades: where one scene is gradually followed by another.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// Pictures this far before and after the middle of a blend decide about it.
inline constexpr MediaDuration kBlendContext = std::chrono::milliseconds{1600};

/// Indices of pictures: the last one of the scene before, the first that shows more of the scene
/// after than of the one before, and one that shows that scene alone.
struct Blend {
  std::size_t begin = 0;
  std::size_t middle = 0;
  std::size_t end = 0;
};

/// Ascending, disjoint, none across one of `cuts` (what find_cuts() gives) or a gap.
///
/// Between two pictures A and B of different scenes, 0.4 to 1.6 s apart, every picture X of a
/// dissolve is a A + b B, and of a fade through a colour a A + b B + c: least squares give a and b,
/// b - a goes up from -1 to 1 without a jump, and nearly nothing of X is left over.  Of a pan, a
/// wipe or a thing that comes in much is left over.  What changes all the time is no blend: before A
/// or after B less changes than between them.  One of more than some 2 s is not found.
[[nodiscard]] std::vector<Blend> find_blends(Pictures pictures, std::span<const std::size_t> cuts);

}  // namespace hindsight::sampler
