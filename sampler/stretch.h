// From the small pictures of a stretch to its plan.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sampler/detail.h"
#include "sampler/ongoing.h"
#include "sampler/plan.h"
#include "sampler/small_picture.h"
#include "sampler/windows.h"

namespace hindsight::sampler {

/// Pictures this far before and after a stretch may change its plan; none further away does.
inline constexpr MediaDuration kStretchContext = std::chrono::seconds{2};

struct StretchInput {
  int number = 0;
  TimeSpan span{};
  /// Those of [span.begin - kStretchContext, span.end + kStretchContext), and across a gap the
  /// nearest one outside; others are ignored.
  Pictures pictures{};
  /// Of the frames, upright, after the sample aspect ratio.
  PictureSize display{};
  /// Tokens that all pairs together may have.
  std::int64_t max_tokens = 0;
  /// Times of all frames of the stretch, ascending.  Empty: those of `pictures`.
  std::span<const MediaTime> frames{};
  /// Pictures after a gap that are known to begin a shot.
  std::span<const MediaTime> known_cuts{};
  /// Given for a stream that is planned while it goes on: ongoing_pairs() instead of
  /// required_pairs(), and nothing is new that was looked at before.
  std::optional<Before> before{};
  /// Of frames in gaps, ascending.
  std::span<const Told> told{};
};

/// A pure function: equal input, equal plan.  In this order, as long as the tokens suffice: each
/// activity and each shot of a second or more gets a pair, no coverage_floor goes without one,
/// shots from 0.2 s on get one at their begin, activities get further pairs at their begin, end and
/// in between, what packets tell gets one, and what looks new.
/// When the wanted sizes do not fit, they are cut off (sizing.h); when the smallest do not fit, the
/// last in rank are left out.
[[nodiscard]] StretchPlan plan_stretch(const StretchInput& input, const PlanOptions& options);

/// Sets `covers` of all pairs: neighbours meet half-way, or at the cut nearest to it.
void share_out(StretchPlan& plan);

}  // namespace hindsight::sampler
