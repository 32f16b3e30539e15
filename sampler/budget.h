// How many tokens the stretches of a video may use.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/media_time.h"
#include "sampler/plan.h"

namespace hindsight::sampler {

/// The cheapest look at a video: bytes of the packets that are no key frames, in bins of equal
/// length from the start.  They follow how much the picture changes.
struct PacketProfile {
  MediaDuration bin_length{std::chrono::seconds{1}};
  std::vector<std::int64_t> change_bytes;
};

/// The most that all pairs of a video that ends at `end` may have together.  A video shorter than a
/// second counts as one second.
[[nodiscard]] std::int64_t token_budget(MediaTime end, const PlanOptions& options);

/// For each stretch, the most that it and all stretches before it may have together; the last one
/// is token_budget().  Half of the budget follows the time, half the profile (where it is not
/// empty), so that a stretch that changes more gets more and none gets less than half of an even
/// share.
[[nodiscard]] std::vector<std::int64_t> cumulative_budgets(MediaTime end,
                                                           const PlanOptions& options,
                                                           const PacketProfile& profile);

}  // namespace hindsight::sampler
