// Cars, trucks and bicycles; see bodies.h for the frame of reference.
#pragma once

#include "world/bodies.h"

namespace hindsight::world {

[[nodiscard]] Mesh make_car(const Entity& entity, bool lamps);
[[nodiscard]] Mesh make_truck(const Entity& entity, bool lamps);
/// With its rider.
[[nodiscard]] Mesh make_bicycle(const Entity& entity, float stride);
[[nodiscard]] Extent car_extent(const Entity& entity);
[[nodiscard]] Extent truck_extent(const Entity& entity);

}  // namespace hindsight::world
