// The shapes of entities.
#pragma once

#include "world/entity.h"
#include "world/mesh.h"

namespace hindsight::world {

/// What a body does at one moment.
struct Posture {
  /// Radians of the step cycle, grows with the way walked.
  float stride = 0;
  /// 0 standing .. 1 full step.
  float walking = 0;
  /// Arms around something held in front, or one arm down with something in the hand.
  bool carries = false;
  bool sits = false;
  /// Lamps of vehicles are lit.
  bool lamps = false;
};

/// The body of an entity standing at the origin, looking along +x, y up, in metres; size applied.
/// The entity's tint is the dominant colour.
[[nodiscard]] Mesh make_body(const Entity& entity, const Posture& posture);

/// Where the hand that carries something is, in the carrier's frame.
[[nodiscard]] Vec3 hand_position(const Entity& carrier, const Entity& thing);

/// Half extents along local x and z and the height: for spacing, shadows and tests.
struct Extent {
  float half_length;
  float half_width;
  float height;
};
[[nodiscard]] Extent extent_of(const Entity& entity);

}  // namespace hindsight::world
