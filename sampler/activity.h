// Activity: something moves in front of a background that stands still.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sampler/motion.h"
#include "sampler/plan.h"
#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// Pictures this far before and after a stretch decide about the activity in it.
inline constexpr MediaDuration kActivityContext = std::chrono::seconds{2};

struct ActivityFindings {
  std::vector<Motion> motion;      ///< ascending times, at most 15 a second
  std::vector<Activity> activity;  ///< ascending, disjoint, none across a cut
  float threshold = 0;             ///< the strength from which on motion is activity
  std::array<float, kNumCells> deviations{};  ///< of the cells' noise (change_map.h)
  std::vector<MediaTime> onsets;   ///< when something else begins to move (onsets.h); ascending
};

/// `cuts`: what find_cuts() found in `pictures`.
///
/// Pictures 0.4 s apart are compared cell by cell, after what all cells of equal brightness have in
/// common (exposure, flicker, fades) was taken off.  A cell's noise is estimated over all pictures,
/// so rain, film grain, foliage and a shaking camera raise the bar where they are.  Motion above
/// the threshold begins an activity, which lasts until motion falls to a fraction of it; gaps
/// shorter than a second are closed.  Pictures on both sides of frames that were not looked at are
/// compared once, and that look counts as much as the time between them.  Motion of nearly all cells (the camera moves) and one single
/// jump to another still picture (a light is switched) are no activity.
[[nodiscard]] ActivityFindings find_activity(Pictures pictures,
                                             const std::vector<std::size_t>& cuts);

}  // namespace hindsight::sampler
