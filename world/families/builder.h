// What the families share: light, weather, surfaces, walkers.
#pragma once

#include "world/board_text.h"
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
/// Extends a way, which has a key, through `points` at `speed`, corners cut by up to `radius`
/// metres.  `backwards`: tail first.
void follow(Stay& way,
            std::span<const Vec3> points,
            float speed,
            float radius = 0.3F,
            bool backwards = false);
/// Stands for `seconds` at the end of the way; nothing where they are not positive.
void wait(Stay& way, double seconds);
/// The share of those on foot who carry something where that is `usual` in test worlds: more in training, where small things are
/// what is learned last.
[[nodiscard]] float carrying_share(const World& world, float usual);
/// Adds a bag or a box in the carrier's hands during [begin, end); its position in World::actors.
std::size_t add_carried(World& world, std::size_t carrier, double begin, double end, Rng& rng);

/// Adds the dial "light" and what it does over the world's length; `spacing`: mean seconds between
/// arrivals.
void add_light_switch(World& world, double spacing, Rng& rng);
/// Lamps over the ground around the origin; none by day.
void put_street_lamps(World& world, Rng& rng);

/// Lets a board that shows `minutes` after midnight at 0 go on minute by minute.
void run_clock(Board& face, int minutes, double seconds, Rng& rng);
/// Facing the camera, middle at `middle`, upright.
[[nodiscard]] Board make_board(const World& world,
                               std::string what,
                               std::string text,
                               Vec3 middle,
                               float width,
                               float height,
                               TextStyle style);

}  // namespace hindsight::world
