// What the rungs of the ladder cost and found, for `plan --explain`.
#pragma once

#include <string>

#include "app/video_plan.h"

namespace hindsight::app {

/// For people: a line for each rung.
void print_ladder(const VideoPlan& plan);

/// One JSON object; holds every window that was opened, with its reason.
[[nodiscard]] std::string ladder_json(const VideoPlan& plan);

}  // namespace hindsight::app
