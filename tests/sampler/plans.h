// Plans of films made by formula, and what holds for all of them.
#pragma once

#include <cstdint>
#include <vector>

#include "sampler/stretch.h"

namespace hindsight::test {

inline constexpr sampler::PictureSize kDisplay{1280, 720};

[[nodiscard]] std::int64_t tokens_of(const sampler::StretchPlan& plan);

/// Of the whole film as one stretch.
[[nodiscard]] sampler::StretchPlan plan_film(const std::vector<sampler::SmallPicture>& film,
                                             std::int64_t budget,
                                             const sampler::PlanOptions& options = {});

[[nodiscard]] bool same(const sampler::StretchPlan& a, const sampler::StretchPlan& b);

/// A film with cuts, boxes and noise, all from `seed`.
[[nodiscard]] std::vector<sampler::SmallPicture> random_film(unsigned seed);

/// What holds for every plan.
void check_plan(const sampler::StretchPlan& plan,
                const std::vector<sampler::SmallPicture>& film,
                std::int64_t budget);

}  // namespace hindsight::test
