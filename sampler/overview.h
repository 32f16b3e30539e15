// A whole video's plan: what its stretches hold, joined.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sampler/plan.h"

namespace hindsight::sampler {

/// One pair of one stretch.
struct PairPlace {
  std::size_t stretch = 0;  ///< index into the plans
  std::size_t pair = 0;     ///< index into its pairs
  friend bool operator==(const PairPlace&, const PairPlace&) = default;
};

/// All pairs in global order: by rank within the stretch, stretches of equal rank spread over the
/// video (core/spread.h).  Every prefix covers the whole video evenly.
[[nodiscard]] std::vector<PairPlace> global_order(std::span<const StretchPlan> plans);

/// Shots of the whole video: what goes on over the end of a stretch is one.
[[nodiscard]] std::vector<Shot> join_shots(std::span<const StretchPlan> plans);

/// Activity of the whole video, likewise: a gap of less than a second between two stretches, without
/// a cut, is closed.
[[nodiscard]] std::vector<Activity> join_activity(std::span<const StretchPlan> plans);

}  // namespace hindsight::sampler
