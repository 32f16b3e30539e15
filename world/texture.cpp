#include "world/texture.h"

#include <cmath>

#include "world/entity.h"

namespace hindsight::world {
namespace {

std::uint32_t hash2(int x, int y, std::uint32_t seed) {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x9E3779B1U ^
                    static_cast<std::uint32_t>(y) * 0x85EBCA77U ^ seed;
  h ^= h >> 15;
  h *= 0x2C1B3C6DU;
  h ^= h >> 12;
  h *= 0x297A2D39U;
  return h ^ (h >> 15);
}

float hash_unit(int x, int y, std::uint32_t seed) {
  return static_cast<float>(hash2(x, y, seed) >> 8) * 0x1p-24F;
}

int cell(float v) {
  const int i = static_cast<int>(v);
  return static_cast<float>(i) > v ? i - 1 : i;
}

/// 1 where detail of this size is wider than two pixels, 0 where it is lost.
float seen(float size, float footprint) { return clamp01(size / (footprint + 1e-6F) - 0.6F); }

/// Grout or gap lines of a grid: 1 on the line.
float grid_line(float u, float v, float line, float footprint) {
  const float du = std::min(u - std::floor(u), std::ceil(u) - u);
  const float dv = std::min(v - std::floor(v), std::ceil(v) - v);
  const float near = std::min(du, dv);
  const float soft = std::max(footprint, 0.004F);
  return (1 - smooth_step(line, line + soft, near)) * clamp01(line * 3 / soft);
}

float speckle(const Texture& t, float u, float v, float cell_size, float footprint) {
  const float k = seen(cell_size, footprint);
  return k > 0 ? k * (hash_unit(cell(u / cell_size), cell(v / cell_size), t.seed + 9) * 2 - 1) : 0;
}

Vec3 patterned(const Texture& t, float u, float v, float footprint) {
  const float s = t.scale;
  switch (t.grain) {
    case Grain::tiles: {
      const float tone = hash_unit(cell(u / s), cell(v / s), t.seed) - 0.5F;
      return mix(t.base * (1 + 0.12F * t.contrast * tone),
                 t.second,
                 grid_line(u / s, v / s, 0.012F, footprint / s));
    }
    case Grain::brick: {
      const float row = v / (0.33F * s);
      const float shifted = u / s + ((cell(row) & 1) != 0 ? 0.5F : 0.0F);
      const float tone = hash_unit(cell(shifted), cell(row), t.seed) - 0.5F;
      return mix(t.base * (1 + 0.4F * t.contrast * tone),
                 t.second,
                 grid_line(shifted, row, 0.05F, footprint / s * 2));
    }
    case Grain::planks: {
      const float row = v / s;
      const float tone =
          hash_unit(cell(row), cell(u / (7 * s) + hash_unit(cell(row), 3, t.seed) * 5), t.seed) -
          0.5F;
      const float fibre = value_noise(u * 2, v * 60, t.seed + 3) * seen(0.02F, footprint);
      const float edge = grid_line(0.5F, row, 0.02F, footprint / s);
      return mix(
          t.base * (1 + t.contrast * (0.3F * tone + 0.1F * fibre)), t.second * 0.5F, edge * 0.8F);
    }
    case Grain::wood: {
      const float warp = value_noise(u * 1.3F, v * 1.3F, t.seed) * 0.35F;
      const float rings = value_noise((u + warp) * 1.1F, (v + warp * 0.3F) * 16, t.seed + 5);
      const float fibre = value_noise(u * 6, v * 110, t.seed + 6) * seen(0.01F, footprint);
      return mix(t.base, t.second, clamp01(0.5F + t.contrast * (0.4F * rings + 0.2F * fibre)));
    }
    case Grain::grass: {
      const float blades =
          speckle(t, u, v, 0.03F, footprint) + 0.7F * speckle(t, v, u, 0.11F, footprint);
      return t.base * (1 + 0.35F * t.contrast * blades);
    }
    case Grain::asphalt:
      return t.base * (1 + t.contrast * (0.30F * speckle(t, u, v, 0.025F, footprint) +
                                         0.1F * speckle(t, v, u, 0.09F, footprint)));
    case Grain::carpet:
      return t.base * (1 + 0.25F * t.contrast * speckle(t, u, v, 0.012F, footprint));
    case Grain::concrete:
      return t.base * (1 + 0.12F * t.contrast * speckle(t, u, v, 0.02F, footprint));
    case Grain::plain:
      break;
  }
  return t.base;
}

Vec3 gray(float v) { return {v, v, v}; }

}  // namespace

float value_noise(float x, float y, std::uint32_t seed) {
  const int xi = cell(x);
  const int yi = cell(y);
  const float fx = x - static_cast<float>(xi);
  const float fy = y - static_cast<float>(yi);
  const float sx = fx * fx * (3 - 2 * fx);
  const float sy = fy * fy * (3 - 2 * fy);
  const float low = mix(hash_unit(xi, yi, seed), hash_unit(xi + 1, yi, seed), sx);
  const float high = mix(hash_unit(xi, yi + 1, seed), hash_unit(xi + 1, yi + 1, seed), sx);
  return mix(low, high, sy) * 2 - 1;
}

Vec3 albedo_at(const Texture& t, float u, float v, float footprint) {
  const float broad = 0.55F * value_noise(u * 0.23F, v * 0.23F, t.seed + 1) +
                      0.3F * value_noise(u * 0.9F, v * 0.9F, t.seed + 2) * seen(1.0F, footprint) +
                      0.2F * value_noise(u * 4.3F, v * 4.3F, t.seed + 4) * seen(0.23F, footprint);
  Vec3 color = patterned(t, u, v, footprint) * std::max(0.3F, 1 + t.stains * broad);
  for (const auto& d : t.decals) {
    const float edge = footprint * 0.7F + 0.003F;
    const float inside =
        smooth_step(d.u0 - edge, d.u0 + edge, u) * (1 - smooth_step(d.u1 - edge, d.u1 + edge, u)) *
        smooth_step(d.v0 - edge, d.v0 + edge, v) * (1 - smooth_step(d.v1 - edge, d.v1 + edge, v));
    if (inside <= 0) continue;
    const float worn = clamp01(d.wear * (1 + value_noise(u * 5, v * 5, t.seed + 8)));
    color = mix(color, d.color, inside * (1 - worn));
  }
  return color;
}

Texture draw_texture(Grain grain, Rng& rng) {
  Texture t{.grain = grain};
  t.seed = static_cast<std::uint32_t>(rng.next());
  t.contrast = rng.between(0.5F, 1.6F);
  t.stains = rng.between(0.1F, 0.5F);
  const auto display = [&](float r, float g, float b) {
    return to_linear(Vec3{r, g, b} * rng.between(0.85F, 1.12F));
  };
  const float warm = rng.between(-0.05F, 0.05F);
  switch (grain) {
    case Grain::asphalt:
      t.base = gray(rng.between(0.035F, 0.2F)) * Vec3{1 + warm, 1, 1 - warm};
      break;
    case Grain::concrete:
      t.base = gray(rng.between(0.2F, 0.5F)) * Vec3{1.02F + warm, 1, 0.95F - warm};
      break;
    case Grain::grass:
      t.base = display(rng.between(0.28F, 0.5F), rng.between(0.42F, 0.52F), 0.22F);
      break;
    case Grain::tiles:
      t.base = gray(rng.between(0.2F, 0.75F)) * Vec3{1 + warm, 1, 1 - warm * 2};
      t.second = t.base * rng.between(0.4F, 1.3F);
      t.scale = rng.between(0.25F, 0.8F);
      break;
    case Grain::wood:
    case Grain::planks:
      t.base =
          display(rng.between(0.45F, 0.8F), rng.between(0.36F, 0.6F), rng.between(0.24F, 0.42F));
      t.second = t.base * rng.between(0.45F, 0.8F);
      t.scale = rng.between(0.09F, 0.2F);
      break;
    case Grain::carpet:
      t.base = display(rng.between(0.3F, 0.6F), rng.between(0.3F, 0.55F), rng.between(0.3F, 0.6F));
      break;
    case Grain::brick:
      t.base = rng.chance(0.6F) ? display(0.58F, 0.35F, 0.28F) : display(0.65F, 0.6F, 0.5F);
      t.second = gray(rng.between(0.3F, 0.5F));
      t.scale = rng.between(0.2F, 0.3F);
      break;
    case Grain::plain:
      t.base = gray(rng.between(0.2F, 0.85F)) * Vec3{1 + warm * 2, 1, 1 - warm * 2};
      t.stains = rng.between(0.03F, 0.2F);
      break;
  }
  return t;
}

}  // namespace hindsight::world
