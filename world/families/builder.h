// What the families share: light, weather, surfaces, walkers.
#pragma once

#include "world/families/family.h"

namespace hindsight::world {

/// A world with its name, split, time of day, weather and nuisances drawn.  `outdoors`: sun and
/// rain.
[[nodiscard]] World begin_world(const WorldSpec& spec, bool outdoors, Rng& rng);
/// Sets the exposure from the light at `subject`, as a camera does: night stays darker than day.
void expose(World& world, Vec3 subject, Rng& rng);

[[nodiscard]] Surface flat(float x0, float z0, float x1, float z1, float y, Texture texture);
/// An upright wall from `from` to `to` (y of both is its foot), u along the wall, v upwards.
[[nodiscard]] Surface upright(Vec3 from, Vec3 to, float height, Texture texture);

/// Adds an actor with the next id and returns its position in World::actors.
std::size_t add_actor(World& world, Kind kind, Rng& rng, float scale = 1);
/// Walks or drives along straight lines at `speed`; pauses[i] seconds at points[i].
[[nodiscard]] Stay make_way(double begin,
                            std::span<const Vec3> points,
                            std::span<const double> pauses,
                            float speed);

/// A short text as signs carry: "GATE 4", "K47", "EXIT".
[[nodiscard]] std::string draw_sign_text(Rng& rng);
/// "14:05", minutes after midnight taken round the clock.
[[nodiscard]] std::string clock_text(int minutes);
/// Facing the camera, middle at `middle`, upright.
[[nodiscard]] Board make_board(const World& world,
                               std::string what,
                               std::string text,
                               Vec3 middle,
                               float width,
                               float height,
                               TextStyle style);

}  // namespace hindsight::world
