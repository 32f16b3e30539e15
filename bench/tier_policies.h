// Four ways to spend the same number of tokens on a video.
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "bench/funnel.h"
#include "sampler/plan.h"

namespace hindsight::bench {

/// `uniform_one_size`: times at equal distances, one size.
/// `uniform_tiers`: times at equal distances, the sizes of `ours`, dealt out without a look at the
/// pictures so that each lies evenly over the video.
/// `ranks_one_size`: the sampler with one size for all: its times in its order.
/// `ours`: the sampler as it is.
/// The one size is the budget divided by the number of pairs of `ours`, so that all four have as
/// many tokens and about as many pairs; what rounding leaves buys more pairs.
enum class Policy { uniform_one_size, uniform_tiers, ranks_one_size, ours };
inline constexpr std::size_t kNumPolicies = 4;
[[nodiscard]] std::string_view to_string(Policy policy);

/// The sampler on one video.
using PlanVideo = std::function<std::vector<sampler::StretchPlan>(const sampler::PlanOptions&)>;

/// What each policy encodes, by Policy.
using PolicyLooks = std::array<std::vector<Look>, kNumPolicies>;

/// `display`: of the video's pictures; `pictures`: their times, ascending.
[[nodiscard]] PolicyLooks looks_of_policies(const PlanVideo& plan_video,
                                            const std::vector<double>& pictures,
                                            const sampler::PictureSize& display,
                                            const sampler::PlanOptions& options);

/// `count` pairs at equal distances, of frames as far apart as the sampler's are.  Sizes are left
/// to the caller.
[[nodiscard]] std::vector<Look> uniform_looks(const std::vector<double>& pictures,
                                              std::size_t count);

}  // namespace hindsight::bench
