// Pairs of a stream that is planned while it goes on: a short stretch is decided for good a moment
// after it was seen, knowing what was looked at before and not what comes.
#pragma once

#include <vector>

#include "core/media_time.h"
#include "sampler/candidates.h"
#include "sampler/plan.h"
#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// What was decided before a stretch of such a stream.
struct Before {
  /// First pictures of the pairs that were chosen, by time: at least those of the last coverage
  /// floor.
  Pictures looks{};
  /// Pictures so far before the stretch tell noise from motion.  At least kStretchContext.
  MediaDuration context = std::chrono::seconds{2};
  /// So much later the next stretch is decided: what is due until then is due now.
  MediaDuration step = std::chrono::seconds{2};
};

/// What was found in the stretch and around it; spans are whole, not cut at its ends.
struct Surroundings {
  std::vector<Shot> shots{};  ///< those that reach into the stretch
  std::vector<TimeSpan> activity{};
};

/// Like required_pairs(), by the same rules, but for what a look before has settled: a shot that
/// goes on and was seen gets no second pair but for its begin, an activity that goes on one each
/// 0.8 s at most, and the coverage floor counts from the last look.
[[nodiscard]] std::vector<CandidatePair> ongoing_pairs(const StretchView& view,
                                                       const Surroundings& around,
                                                       const Before& before,
                                                       MediaDuration coverage_floor);

/// Short stretches, one behind the other, as one stretch `number` of `span`: what goes on from one
/// to the next is joined, ranks are spread over all of them, repeats behind what they repeat, and
/// `covers` shares out `span`.  The pairs of a part lie by rank; their `rank` and `same_as` are
/// numbers of any kind that tell the pairs of all parts from each other.
[[nodiscard]] StretchPlan join_parts(int number,
                                     const TimeSpan& span,
                                     const std::vector<StretchPlan>& parts);

}  // namespace hindsight::sampler
