#include "world/bodies.h"

#include <cmath>

#include "world/vehicles.h"

namespace hindsight::world {
namespace {

Vec3 gray(float v) { return {v, v, v}; }

constexpr std::array kSkins = {Vec3{0.62F, 0.38F, 0.26F},
                               Vec3{0.48F, 0.27F, 0.17F},
                               Vec3{0.20F, 0.10F, 0.06F},
                               Vec3{0.72F, 0.47F, 0.35F}};
constexpr std::array kHairs = {Vec3{0.01F, 0.01F, 0.01F},
                               Vec3{0.05F, 0.025F, 0.012F},
                               Vec3{0.25F, 0.16F, 0.07F},
                               Vec3{0.22F, 0.21F, 0.2F}};
/// Never a colour that a top could be named by, so that "a person in blue" means the top.
constexpr std::array kTrousers = {Vec3{0.012F, 0.012F, 0.014F},
                                  Vec3{0.03F, 0.033F, 0.045F},
                                  Vec3{0.09F, 0.085F, 0.08F},
                                  Vec3{0.17F, 0.14F, 0.1F}};

void add_leg(
    Mesh& mesh, float side, float swing, float scale, std::uint32_t cloth, std::uint32_t shoe) {
  const Vec3 hip{0, 0.92F * scale, side * 0.1F * scale};
  const float bend = std::max(0.0F, -swing) * 0.6F;
  const Vec3 knee = hip + Vec3{std::sin(swing) * 0.45F, -std::cos(swing) * 0.45F, 0} * scale;
  const Vec3 foot =
      knee + Vec3{std::sin(swing - bend) * 0.43F, -std::cos(swing - bend) * 0.43F, 0} * scale;
  mesh.add_limb(hip, knee, 0.095F * scale, 0.07F * scale, cloth);
  mesh.add_limb(knee, foot, 0.07F * scale, 0.05F * scale, cloth);
  mesh.add_limb(foot, foot + Vec3{0.16F * scale, -0.01F, 0}, 0.05F * scale, 0.04F * scale, shoe);
}

void add_arm(Mesh& mesh,
             float side,
             float swing,
             bool forward,
             float scale,
             std::uint32_t cloth,
             std::uint32_t skin) {
  const Vec3 shoulder{0, 1.42F * scale, side * 0.22F * scale};
  const Vec3 elbow =
      shoulder + Vec3{std::sin(swing) * 0.28F, -std::cos(swing) * 0.28F, side * 0.05F} * scale;
  const float reach = forward ? 1.35F : swing + 0.25F;
  const Vec3 hand = elbow + Vec3{std::sin(reach) * 0.27F, -std::cos(reach) * 0.27F, 0} * scale;
  mesh.add_limb(shoulder, elbow, 0.062F * scale, 0.052F * scale, cloth);
  mesh.add_limb(elbow, hand, 0.052F * scale, 0.04F * scale, cloth);
  mesh.add_ellipsoid(hand, Vec3{0.05F, 0.06F, 0.045F} * scale, skin, 6, 4);
}

Mesh make_person(const Entity& entity, const Posture& posture) {
  Rng rng(entity.look);
  Mesh mesh;
  const auto top = mesh.add_material({.albedo = entity.tint});
  const auto cloth = mesh.add_material({.albedo = rng.pick(kTrousers)});
  const auto skin = mesh.add_material({.albedo = rng.pick(kSkins), .gloss = 0.05F});
  const auto hair = mesh.add_material({.albedo = rng.pick(kHairs)});
  const auto shoe = mesh.add_material({.albedo = gray(rng.between(0.01F, 0.2F))});
  const float scale = mix(1, scale_of(entity.size), 0.45F);
  const float wide = rng.between(0.9F, 1.2F);
  const float swing = 0.55F * posture.walking * std::sin(posture.stride);
  add_leg(mesh, -1, swing, scale, cloth, shoe);
  add_leg(mesh, 1, -swing, scale, cloth, shoe);
  mesh.add_ellipsoid(
      Vec3{0, 1.2F, 0} * scale, Vec3{0.145F * wide, 0.36F, 0.215F * wide} * scale, top);
  mesh.add_ellipsoid(Vec3{0, 0.97F, 0} * scale,
                     Vec3{0.13F * wide, 0.17F, 0.19F * wide} * scale,
                     rng.chance(0.5F) ? top : cloth);
  const bool front = posture.carries && rng.chance(0.5F);
  add_arm(mesh, -1, -swing * 0.8F, front, scale, top, skin);
  add_arm(mesh, 1, posture.carries ? 0.05F : swing * 0.8F, posture.carries, scale, top, skin);
  mesh.add_limb(Vec3{0, 1.48F, 0} * scale,
                Vec3{0.01F, 1.56F, 0} * scale,
                0.055F * scale,
                0.05F * scale,
                skin);
  mesh.add_ellipsoid(
      Vec3{0.015F, 1.66F, 0} * scale, Vec3{0.1F, 0.125F, 0.085F} * scale, skin, 10, 7);
  mesh.add_ellipsoid(
      Vec3{-0.02F, 1.7F, 0} * scale, Vec3{0.105F, 0.11F, 0.098F} * scale, hair, 10, 6);
  return mesh;
}

Mesh make_dog(const Entity& entity, const Posture& posture) {
  Rng rng(entity.look);
  Mesh mesh;
  const float s = scale_of(entity.size) * rng.between(0.95F, 1.15F);
  const auto fur = mesh.add_material({.albedo = entity.tint});
  const auto dark = mesh.add_material({.albedo = gray(0.01F)});
  mesh.add_ellipsoid(Vec3{0, 0.5F, 0} * s, Vec3{0.42F, 0.16F, 0.15F} * s, fur, 10, 6);
  mesh.add_limb(Vec3{0.32F, 0.55F, 0} * s, Vec3{0.5F, 0.75F, 0} * s, 0.11F * s, 0.09F * s, fur);
  mesh.add_ellipsoid(Vec3{0.55F, 0.79F, 0} * s, Vec3{0.14F, 0.11F, 0.1F} * s, fur, 8, 5);
  mesh.add_limb(Vec3{0.63F, 0.76F, 0} * s, Vec3{0.76F, 0.73F, 0} * s, 0.06F * s, 0.04F * s, fur);
  mesh.add_ellipsoid(Vec3{0.79F, 0.74F, 0} * s, Vec3{0.03F, 0.03F, 0.03F} * s, dark, 6, 4);
  for (const float side : {-1.0F, 1.0F}) {
    mesh.add_limb(Vec3{0.5F, 0.86F, side * 0.07F} * s,
                  Vec3{0.47F, 0.97F, side * 0.09F} * s,
                  0.045F * s,
                  0.015F * s,
                  fur);
    for (const float end : {-1.0F, 1.0F}) {
      const float swing =
          0.6F * posture.walking * std::sin(posture.stride * 1.6F + (side * end > 0 ? 0 : kPi));
      const Vec3 hip{end * 0.3F, 0.45F, side * 0.1F};
      mesh.add_limb(hip * s,
                    (hip + Vec3{std::sin(swing) * 0.4F, -std::cos(swing) * 0.42F, 0}) * s,
                    0.06F * s,
                    0.04F * s,
                    fur);
    }
  }
  mesh.add_limb(
      Vec3{-0.4F, 0.55F, 0} * s, Vec3{-0.62F, 0.78F, 0.03F} * s, 0.04F * s, 0.02F * s, fur);
  return mesh;
}

Mesh make_box(const Entity& entity) {
  Rng rng(entity.look);
  Mesh mesh;
  const Extent e = extent_of(entity);
  const auto side = mesh.add_material({.albedo = entity.tint});
  const auto tape = mesh.add_material({.albedo = entity.tint * 0.6F, .gloss = 0.2F});
  mesh.add_box({-e.half_length, 0, -e.half_width}, {e.half_length, e.height, e.half_width}, side);
  const float t = 0.14F * e.half_width;
  mesh.add_quad({-e.half_length, e.height * 1.005F, -t},
                {-e.half_length, e.height * 1.005F, t},
                {e.half_length, e.height * 1.005F, t},
                {e.half_length, e.height * 1.005F, -t},
                tape);
  return mesh;
}

Mesh make_bag(const Entity& entity) {
  Rng rng(entity.look);
  Mesh mesh;
  const Extent e = extent_of(entity);
  const auto cloth = mesh.add_material({.albedo = entity.tint, .gloss = rng.between(0, 0.3F)});
  const auto strap = mesh.add_material({.albedo = entity.tint * 0.35F});
  mesh.add_ellipsoid(
      {0, e.height * 0.42F, 0}, {e.half_length, e.height * 0.46F, e.half_width}, cloth);
  mesh.add_box({-e.half_length * 0.85F, 0.02F, -e.half_width * 0.8F},
               {e.half_length * 0.85F, e.height * 0.66F, e.half_width * 0.8F},
               cloth);
  const Vec3 left{-e.half_length * 0.45F, e.height * 0.8F, 0};
  const Vec3 right{e.half_length * 0.45F, e.height * 0.8F, 0};
  const Vec3 up{0, e.height * 0.22F, 0};
  const float r = e.half_length * 0.09F;
  mesh.add_limb(left, left * 0.8F + up + Vec3{0, e.height * 0.16F, 0}, r, r, strap);
  mesh.add_limb(right, right * 0.8F + up + Vec3{0, e.height * 0.16F, 0}, r, r, strap);
  mesh.add_limb(left * 0.8F + up + Vec3{0, e.height * 0.16F, 0},
                right * 0.8F + up + Vec3{0, e.height * 0.16F, 0},
                r,
                r,
                strap);
  return mesh;
}

Mesh make_ball(const Entity& entity, const Posture& posture) {
  Rng rng(entity.look);
  Mesh mesh;
  const float r = extent_of(entity).height / 2;
  const auto skin = mesh.add_material({.albedo = entity.tint, .gloss = rng.between(0.1F, 0.6F)});
  const auto seam = mesh.add_material({.albedo = entity.tint * 0.45F});
  mesh.add_ellipsoid({0, r, 0}, {r, r, r}, skin, 14, 9);
  const Vec3 axis{std::cos(posture.stride), std::sin(posture.stride), 0};
  mesh.add_disc({0, r, 0}, axis, r * 1.012F, r * 0.12F, seam, 16);
  return mesh;
}

Mesh make_bottle(const Entity& entity) {
  Rng rng(entity.look);
  Mesh mesh;
  const Extent e = extent_of(entity);
  const float r = e.half_width;
  const float h = e.height;
  const auto cap =
      mesh.add_material({.albedo = entity.tint * rng.between(0.6F, 1.0F), .gloss = 0.2F});
  const float clear = rng.chance(0.6F) ? rng.between(0.8F, 0.93F) : 1.0F;
  const auto glass =
      mesh.add_material({.albedo = mix(entity.tint, gray(0.7F), rng.between(0, 0.12F)),
                         .gloss = rng.between(0.4F, 0.9F),
                         .alpha = clear});
  const float shoulder = rng.between(0.55F, 0.72F);
  const float neck = rng.between(0.28F, 0.42F);
  const float waist = rng.between(0.86F, 1.0F);
  const std::array<Mesh::Station, 9> profile = {{{0, r * 0.8F},
                                                 {h * 0.03F, r},
                                                 {h * 0.3F, r},
                                                 {h * 0.4F, r * waist},
                                                 {h * 0.5F, r},
                                                 {h * shoulder, r * 0.98F},
                                                 {h * (shoulder + 0.12F), r * 0.7F},
                                                 {h * 0.9F, r * neck},
                                                 {h * 0.94F, r * neck}}};
  mesh.add_lathe({}, profile, glass, 14);
  const std::array<Mesh::Station, 4> top = {
      {{h * 0.92F, r * neck * 1.15F}, {h * 0.99F, r * neck * 1.15F}, {h, r * neck}, {h, 0}}};
  mesh.add_lathe({}, top, cap, 10);
  if (rng.chance(0.4F)) {
    const auto label = mesh.add_material({.albedo = entity.tint * 0.8F + gray(0.1F)});
    const std::array<Mesh::Station, 2> band = {{{h * 0.22F, r * 1.01F}, {h * 0.36F, r * 1.01F}}};
    mesh.add_lathe({}, band, label, 14);
  }
  return mesh;
}

/// An arm that reaches along +x: the wrist is 0.15 m behind the fingertips at the origin.
Mesh make_hand(const Entity& entity, const Posture& posture) {
  Rng rng(entity.look);
  Mesh mesh;
  const auto sleeve = mesh.add_material({.albedo = entity.tint});
  const auto skin = mesh.add_material({.albedo = rng.pick(kSkins), .gloss = 0.08F});
  const float grip = posture.carries ? 0.04F : 0.065F;
  mesh.add_limb({-0.14F, 0.05F, 0}, {-0.24F, 0.08F, 0}, 0.033F, 0.035F, skin);
  mesh.add_limb({-0.22F, 0.075F, 0}, {-0.95F, 0.30F, 0}, 0.052F, 0.075F, sleeve);
  mesh.add_ellipsoid({-0.095F, 0.035F, 0}, {0.062F, 0.026F, 0.045F}, skin, 8, 5);
  for (int finger = 0; finger < 4; ++finger) {
    const float y = 0.055F - 0.022F * static_cast<float>(finger);
    mesh.add_limb({-0.06F, y, grip * 0.8F}, {0.02F, y - 0.012F, grip}, 0.011F, 0.009F, skin);
  }
  mesh.add_limb({-0.085F, 0.02F, -0.035F}, {-0.005F, 0.01F, -grip}, 0.013F, 0.01F, skin);
  return mesh;
}

}  // namespace

Mesh make_body(const Entity& entity, const Posture& posture) {
  switch (entity.kind) {
    case Kind::person:
      return make_person(entity, posture);
    case Kind::car:
      return make_car(entity, posture.lamps);
    case Kind::truck:
      return make_truck(entity, posture.lamps);
    case Kind::bicycle:
      return make_bicycle(entity, posture.stride);
    case Kind::dog:
      return make_dog(entity, posture);
    case Kind::box:
      return make_box(entity);
    case Kind::bag:
      return make_bag(entity);
    case Kind::ball:
      return make_ball(entity, posture);
    case Kind::bottle:
      return make_bottle(entity);
    case Kind::hand:
      return make_hand(entity, posture);
  }
  return {};
}

Vec3 hand_position(const Entity& carrier, const Entity& thing) {
  const float scale = mix(1, scale_of(carrier.size), 0.45F);
  const Extent e = extent_of(thing);
  if (thing.kind == Kind::box || thing.kind == Kind::ball)
    return Vec3{0.3F * scale + e.half_length, 1.12F * scale - e.height / 2, 0};
  return Vec3{0.1F * scale, 0.86F * scale - e.height, 0.34F * scale};
}

Extent extent_of(const Entity& entity) {
  const float s = scale_of(entity.size) * entity.scale;
  Rng rng = Rng(entity.look).fork(7);
  switch (entity.kind) {
    case Kind::person:
      return {0.25F, 0.3F, 1.78F * mix(1, s, 0.45F)};
    case Kind::car:
      return car_extent(entity);
    case Kind::truck:
      return truck_extent(entity);
    case Kind::bicycle:
      return {0.85F, 0.3F, 1.7F};
    case Kind::dog:
      return {0.6F * s, 0.2F * s, 0.9F * s};
    case Kind::box:
      return {s * rng.between(0.2F, 0.32F),
              s * rng.between(0.16F, 0.28F),
              s * rng.between(0.2F, 0.42F)};
    case Kind::bag:
      return {s * rng.between(0.2F, 0.27F),
              s * rng.between(0.1F, 0.16F),
              s * rng.between(0.36F, 0.48F)};
    case Kind::ball:
      return {0.14F * s, 0.14F * s, 0.28F * s};
    case Kind::bottle: {
      const float r = s * rng.between(0.034F, 0.046F);
      return {r, r, s * rng.between(0.2F, 0.29F)};
    }
    case Kind::hand:
      return {0.5F, 0.06F, 0.15F};
  }
  return {0.1F, 0.1F, 0.1F};
}

}  // namespace hindsight::world
