// A plan as one HTML page that needs nothing else: for those who want to see what was chosen, why,
// and what was not.
#pragma once

#include <string>

#include "app/plan_pictures.h"

namespace hindsight::app {

/// UTF-8.  A chart that zooms, with pairs, activity, packets, shots, what was read closely, gaps;
/// every pair with its time, tier and reason, the first ones with their picture.  Nothing is
/// fetched, no script runs but the page's own, every text is escaped.  Beside the pictures some 50
/// bytes a pair, and less than 500 kB for curves, however long the video is.
[[nodiscard]] std::string to_html(const VideoPlan& plan, const PlanPictures& pictures);

}  // namespace hindsight::app
