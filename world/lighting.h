// Light: sun, sky and lamps; day, dusk, night and rooms.
#pragma once

#include <string_view>
#include <vector>

#include "world/mesh.h"
#include "world/rng.h"

namespace hindsight::world {

enum class TimeOfDay { day, dusk, night };
[[nodiscard]] std::string_view to_string(TimeOfDay time);

struct Lamp {
  Vec3 at;
  Vec3 power;  ///< linear, at one metre
};

struct Lighting {
  TimeOfDay time = TimeOfDay::day;
  Vec3 to_sun{0.3F, 0.9F, 0.2F};  ///< unit
  Vec3 sun{};
  Vec3 sky{};
  Vec3 bounce{};  ///< what the ground gives back
  std::vector<Lamp> lamps{};
  /// Darkness of cast shadows, 0 none .. 1 black, and their softness in pixels at 100 pixels width.
  float shadow = 0.5F;
  float softness = 1;

  /// Light that arrives at a point with this normal.
  [[nodiscard]] Vec3 arriving(Vec3 at, Vec3 normal) const;
  /// Light that a surface sends to the eye.  `to_eye` is a unit vector.
  [[nodiscard]] Vec3 shade(Vec3 at, Vec3 normal, Vec3 to_eye, const Material& material) const;
};

[[nodiscard]] Lighting draw_outdoor_light(TimeOfDay time, bool rain, Rng& rng);
/// A room: soft light from above, lamps under the ceiling; `on` false leaves what comes from
/// outside.
[[nodiscard]] Lighting draw_room_light(TimeOfDay time, bool on, Rng& rng);

}  // namespace hindsight::world
