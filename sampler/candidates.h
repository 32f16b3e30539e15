// The pairs that a stretch might have: where they are, why, and what there is to see.
#pragma once

#include <cstddef>
#include <vector>

#include "sampler/activity.h"
#include "sampler/plan.h"
#include "sampler/ranking.h"
#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// Pictures [begin, end) between two cuts.
struct ShotPictures {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What is known of a stretch before pairs are chosen.
struct StretchView {
  Pictures pictures{};  ///< of the stretch alone
  TimeSpan span{};
  std::vector<ShotPictures> shots{};  ///< share out `pictures`
  std::vector<Activity> activity{};   ///< within span
  std::vector<Motion> motion{};       ///< may reach beyond span
  float threshold = 1;                ///< of motion
};

struct CandidatePair {
  std::size_t first = 0;
  std::size_t second = 0;
  Reason reason = Reason::coverage;
  Stage stage = Stage::novelty;
};

/// Two pictures of one shot 0.2 to 0.5 s apart, where motion between them shows most; the first is
/// the one at `wanted` or, near the end of its shot, an earlier one.  A shot that is shorter gives
/// its first and last picture, a single picture twice itself.
[[nodiscard]] CandidatePair make_pair_at(const StretchView& view, std::size_t wanted);

/// Pairs for activities, shots and the coverage floor, by time, none overlapping another.
[[nodiscard]] std::vector<CandidatePair> required_pairs(const StretchView& view,
                                                        MediaDuration coverage_floor);

/// Every half second and in every shot one moment, by time.
[[nodiscard]] std::vector<std::size_t> moments_of(const StretchView& view);

/// Motion around a picture: 0 none, 1 strong and small.
[[nodiscard]] double motion_at(const StretchView& view, std::size_t picture);

}  // namespace hindsight::sampler
