// Procedural surfaces: what grounds, walls and tables are made of.
#pragma once

#include <cstdint>
#include <vector>

#include "world/rng.h"
#include "world/vec.h"

namespace hindsight::world {

enum class Grain { plain, asphalt, concrete, grass, tiles, wood, carpet, brick, planks };

/// A painted patch in surface metres: lane lines, parking bays, mats.
struct Decal {
  float u0, v0, u1, v1;
  Vec3 color;
  float wear = 0.3F;  ///< 0 fresh .. 1 gone
};

struct Texture {
  Grain grain = Grain::plain;
  Vec3 base{0.5F, 0.5F, 0.5F};
  Vec3 second{0.4F, 0.4F, 0.4F};
  float scale = 1;  ///< metres of one tile, plank or brick
  float contrast = 1;
  float stains = 0.3F;
  std::uint32_t seed = 1;
  std::vector<Decal> decals{};
};

[[nodiscard]] Texture draw_texture(Grain grain, Rng& rng);

/// Smooth noise in [-1, 1] of period-free unit cells.
[[nodiscard]] float value_noise(float x, float y, std::uint32_t seed);

/// Linear albedo at (u, v) metres; detail finer than `footprint` metres is averaged out.
[[nodiscard]] Vec3 albedo_at(const Texture& texture, float u, float v, float footprint);

}  // namespace hindsight::world
