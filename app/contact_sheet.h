// The pictures of a plan on one sheet.
#pragma once

#include "app/plan_pictures.h"

namespace hindsight::app {

/// RGB: a heading, then the pictures in the order of time, each with its time, tier, reason and
/// rank.  About half again as wide as high, at least three pictures wide.
[[nodiscard]] Image draw_contact_sheet(const VideoPlan& plan, const PlanPictures& pictures);

}  // namespace hindsight::app
