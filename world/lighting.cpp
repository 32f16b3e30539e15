#include "world/lighting.h"

#include <cmath>

namespace hindsight::world {
namespace {

Vec3 draw_sun_direction(float low, float high, Rng& rng) {
  const float elevation = rng.between(low, high);
  const Vec3 flat = heading_vector(rng.between(0, 2 * kPi));
  return flat * std::cos(elevation) + Vec3{0, std::sin(elevation), 0};
}

/// White balance is never perfect.
Vec3 tinted(Vec3 light, Rng& rng) {
  return {light.x * rng.between(0.93F, 1.07F), light.y, light.z * rng.between(0.93F, 1.07F)};
}

}  // namespace

std::string_view to_string(TimeOfDay time) {
  return time == TimeOfDay::day ? "day" : time == TimeOfDay::dusk ? "dusk" : "night";
}

Vec3 Lighting::arriving(Vec3 at, Vec3 normal) const {
  const float above = 0.5F + 0.5F * normal.y;
  Vec3 light = mix(bounce, sky, above) + sun * std::max(0.0F, dot(normal, to_sun));
  for (const auto& lamp : lamps) {
    const Vec3 way = lamp.at - at;
    const float square = dot(way, way) + 0.05F;
    const float facing = std::max(0.0F, dot(normal, way) / std::sqrt(square));
    light += lamp.power * ((0.25F + 0.75F * facing) / square);
  }
  return light;
}

Vec3 Lighting::shade(Vec3 at, Vec3 normal, Vec3 to_eye, const Material& material) const {
  const float facing = dot(normal, to_eye);
  const Vec3 n = facing < 0 ? normal * -1.0F : normal;
  Vec3 color = material.albedo * arriving(at, n) + material.glow;
  if (material.gloss > 0) {
    const Vec3 mirrored = n * (2 * dot(n, to_eye)) - to_eye;
    const float edge = 1 - std::abs(dot(n, to_eye));
    const float fresnel = 0.04F + 0.5F * edge * edge * edge;
    color +=
        mix(bounce, sky, smooth_step(-0.3F, 0.6F, mirrored.y)) * (material.gloss * fresnel * 1.6F);
    const float peak = std::max(0.0F, dot(mirrored, to_sun));
    const float p4 = peak * peak * peak * peak;
    color += sun * (material.gloss * p4 * p4 * p4 * p4 * 0.9F);
  }
  return color;
}

Lighting draw_outdoor_light(TimeOfDay time, bool rain, Rng& rng) {
  Lighting light{.time = time};
  const bool overcast = rain || rng.chance(0.4F);
  light.softness = overcast ? rng.between(2.0F, 4.0F) : rng.between(0.4F, 1.2F);
  if (time == TimeOfDay::day) {
    light.to_sun = draw_sun_direction(0.45F, 1.35F, rng);
    light.sun = tinted(
        Vec3{1.0F, 0.96F, 0.88F} * (overcast ? rng.between(0.05F, 0.25F) : rng.between(0.7F, 1.1F)),
        rng);
    light.sky = tinted(
        Vec3{0.62F, 0.7F, 0.8F} * (overcast ? rng.between(0.9F, 1.1F) : rng.between(0.4F, 0.65F)),
        rng);
    light.shadow = overcast ? rng.between(0.15F, 0.35F) : rng.between(0.45F, 0.68F);
  } else if (time == TimeOfDay::dusk) {
    light.to_sun = draw_sun_direction(0.18F, 0.5F, rng);
    light.sun =
        tinted(Vec3{0.75F, 0.42F, 0.22F} * (overcast ? 0.15F : rng.between(0.4F, 0.7F)), rng);
    light.sky = tinted(Vec3{0.3F, 0.32F, 0.42F} * rng.between(0.8F, 1.2F), rng);
    light.shadow = overcast ? 0.2F : rng.between(0.3F, 0.5F);
  } else {
    light.to_sun = draw_sun_direction(0.9F, 1.3F, rng);
    light.sun = Vec3{0.02F, 0.025F, 0.035F};
    light.sky = Vec3{0.03F, 0.035F, 0.05F} * rng.between(0.7F, 1.6F);
    light.shadow = 0.25F;
    light.softness = 3;
  }
  light.bounce = light.sky * 0.35F + light.sun * 0.12F;
  return light;
}

Lighting draw_room_light(TimeOfDay time, bool on, Rng& rng) {
  Lighting light{.time = time};
  const float outside = time == TimeOfDay::day ? 0.20F : time == TimeOfDay::dusk ? 0.1F : 0.035F;
  light.to_sun = draw_sun_direction(0.9F, 1.4F, rng);
  const Vec3 lamp =
      tinted(mix(Vec3{1.0F, 0.85F, 0.65F}, Vec3{0.92F, 0.98F, 1.0F}, rng.uniform()), rng);
  const float level = rng.between(0.45F, 0.75F);
  light.sun = on ? lamp * (level * 0.7F) : Vec3{outside, outside, outside} * 0.3F;
  light.sky = on ? lamp * level : Vec3{0.8F, 0.9F, 1.1F} * outside;
  light.bounce = light.sky * 0.5F;
  light.shadow = rng.between(0.2F, 0.45F);
  light.softness = rng.between(1.5F, 4.0F);
  return light;
}

}  // namespace hindsight::world
