#include "world/vehicles.h"

#include <cmath>

namespace hindsight::world {
namespace {

Vec3 gray(float v) { return {v, v, v}; }

/// One cross-section of a car body.
struct Section {
  float x;      ///< along the car
  float width;  ///< half, at the belt
  float bottom;
  float belt;
  float roof;  ///< equal to the belt where there is no cabin
  float roof_width;
  bool cabin;
};

struct CarShape {
  float half_length;
  float half_width;
  float height;
  float hood;   ///< where the windscreen begins, in half lengths
  float trunk;  ///< where the rear window ends
  float slant;
};

CarShape draw_shape(const Entity& entity) {
  Rng rng = Rng(entity.look).fork(1);
  const float s = mix(1, scale_of(entity.size), 0.5F);
  CarShape shape{};
  shape.half_length = s * rng.between(2.0F, 2.35F);
  shape.half_width = s * rng.between(0.86F, 0.95F);
  const int type = rng.below(4);  // saloon, hatchback, estate, off-road
  shape.height = s * (type == 3 ? rng.between(1.65F, 1.8F) : rng.between(1.42F, 1.52F));
  shape.hood = rng.between(0.38F, 0.55F);
  shape.trunk = type == 0 ? rng.between(-0.72F, -0.6F) : -0.95F;
  shape.slant = type == 1 ? 0.3F : type == 0 ? 0.26F : 0.14F;
  return shape;
}

std::array<Vec3, 8> ring_of(const Section& s) {
  return {{{s.x, s.bottom, -s.width * 0.92F},
           {s.x, mix(s.bottom, s.belt, 0.45F), -s.width},
           {s.x, s.belt, -s.width * 0.96F},
           {s.x, s.roof, -s.roof_width},
           {s.x, s.roof, s.roof_width},
           {s.x, s.belt, s.width * 0.96F},
           {s.x, mix(s.bottom, s.belt, 0.45F), s.width},
           {s.x, s.bottom, s.width * 0.92F}}};
}

void add_shell(Mesh& mesh,
               std::span<const Section> sections,
               std::uint32_t paint,
               std::uint32_t glass) {
  for (std::size_t i = 0; i + 1 < sections.size(); ++i) {
    const auto a = ring_of(sections[i]);
    const auto b = ring_of(sections[i + 1]);
    const bool both = sections[i].cabin && sections[i + 1].cabin;
    const bool one = sections[i].cabin != sections[i + 1].cabin;
    for (std::size_t k = 0; k + 1 < a.size(); ++k) {
      const bool side_window = (k == 2 || k == 4) && (both || one);
      const bool screen = k == 3 && one;
      mesh.add_quad(a[k], a[k + 1], b[k + 1], b[k], side_window || screen ? glass : paint);
    }
  }
  for (const bool front : {true, false}) {
    const auto r = ring_of(front ? sections.front() : sections.back());
    mesh.add_quad(r[0], r[2], r[5], r[7], paint);
    mesh.add_quad(r[2], r[3], r[4], r[5], paint);
  }
}

void add_wheels(
    Mesh& mesh, std::span<const float> axles, float half_width, float radius, Rng& rng) {
  const auto tyre = mesh.add_material({.albedo = gray(0.012F)});
  const auto hub = mesh.add_material({.albedo = gray(rng.between(0.1F, 0.5F)), .gloss = 0.4F});
  for (const float x : axles) {
    for (const float side : {-1.0F, 1.0F}) {
      mesh.add_disc({x, radius, side * (half_width - 0.08F)}, {0, 0, 1}, radius, 0.2F, tyre, 12);
      mesh.add_disc(
          {x, radius, side * (half_width - 0.05F)}, {0, 0, 1}, radius * 0.62F, 0.2F, hub, 8);
    }
  }
}

struct LampPlace {
  float x_front, x_rear, z, y;
};

void add_lamps(Mesh& mesh, const LampPlace& at, bool lit) {
  const auto head = mesh.add_material(
      {.albedo = gray(0.8F), .gloss = 0.5F, .glow = lit ? Vec3{6, 5.6F, 4.6F} : Vec3{}});
  const auto tail = mesh.add_material({.albedo = {0.35F, 0.01F, 0.01F},
                                       .gloss = 0.4F,
                                       .glow = lit ? Vec3{1.1F, 0.03F, 0.02F} : Vec3{}});
  for (const float side : {-1.0F, 1.0F}) {
    const float z = side * at.z;
    mesh.add_box(
        {at.x_front - 0.12F, at.y - 0.07F, z - 0.17F}, {at.x_front, at.y + 0.07F, z + 0.17F}, head);
    mesh.add_box(
        {at.x_rear, at.y + 0.02F, z - 0.13F}, {at.x_rear + 0.1F, at.y + 0.16F, z + 0.13F}, tail);
  }
}

}  // namespace

Extent car_extent(const Entity& entity) {
  const CarShape shape = draw_shape(entity);
  return {shape.half_length, shape.half_width, shape.height};
}

Mesh make_car(const Entity& entity, bool lamps) {
  const CarShape shape = draw_shape(entity);
  Rng rng = Rng(entity.look).fork(2);
  Mesh mesh;
  const auto paint = mesh.add_material({.albedo = entity.tint, .gloss = rng.between(0.3F, 0.8F)});
  const auto glass = mesh.add_material({.albedo = gray(rng.between(0.008F, 0.04F)), .gloss = 0.9F});
  const auto trim = mesh.add_material({.albedo = gray(0.02F), .gloss = 0.2F});
  const float l = shape.half_length;
  const float w = shape.half_width;
  const float h = shape.height;
  const float belt = h * 0.6F;
  const float hood = h * rng.between(0.5F, 0.58F);
  const float top_width = w * rng.between(0.7F, 0.78F);
  const float screen = shape.hood - rng.between(0.26F, 0.38F);
  const std::array<Section, 9> sections = {
      {{l, w * 0.72F, 0.28F, hood * 0.78F, hood * 0.8F, w * 0.6F, false},
       {l * 0.93F, w * 0.93F, 0.22F, hood * 0.9F, hood * 0.93F, w * 0.8F, false},
       {l * 0.7F, w, 0.2F, hood * 0.98F, hood, w * 0.86F, false},
       {l * shape.hood, w, 0.2F, belt * 0.98F, belt, w * 0.86F, false},
       {l * screen, w, 0.2F, belt, h * 0.97F, top_width, true},
       {l * (screen - 0.2F), w, 0.2F, belt, h, top_width, true},
       {l * (shape.trunk + shape.slant), w, 0.2F, belt, h * 0.97F, top_width * 0.97F, true},
       {l * shape.trunk, w * 0.97F, 0.22F, belt, belt * 1.03F, w * 0.8F, false},
       {-l, w * 0.85F, 0.28F, belt * 0.92F, belt * 0.95F, w * 0.7F, false}}};
  add_shell(mesh, sections, paint, glass);
  const std::array axles = {l * 0.62F, -l * 0.62F};
  add_wheels(mesh, axles, w, 0.32F, rng);
  add_lamps(mesh, {l * 0.985F, -l * 1.005F, w * 0.62F, hood * 0.72F}, lamps);
  mesh.add_box({l * 0.97F, 0.24F, -w * 0.5F}, {l * 1.003F, 0.42F, w * 0.5F}, trim);
  const auto plate = mesh.add_material({.albedo = gray(0.75F)});
  mesh.add_box({l * 0.99F, 0.38F, -0.26F}, {l * 1.01F, 0.5F, 0.26F}, plate);
  mesh.add_box({-l * 1.02F, 0.5F, -0.26F}, {-l, 0.62F, 0.26F}, plate);
  for (const float side : {-1.0F, 1.0F})
    mesh.add_ellipsoid({l * (shape.hood - 0.1F), belt * 1.04F, side * (w + 0.1F)},
                       {0.07F, 0.08F, 0.12F},
                       paint,
                       6,
                       4);
  return mesh;
}

Extent truck_extent(const Entity& entity) {
  Rng rng = Rng(entity.look).fork(3);
  const float s = mix(1, scale_of(entity.size), 0.6F);
  return {s * rng.between(3.2F, 4.2F), s * rng.between(1.1F, 1.25F), s * rng.between(2.7F, 3.3F)};
}

Mesh make_truck(const Entity& entity, bool lamps) {
  const Extent e = truck_extent(entity);
  Rng rng = Rng(entity.look).fork(4);
  Mesh mesh;
  const auto paint = mesh.add_material({.albedo = entity.tint, .gloss = 0.35F});
  const auto cargo =
      mesh.add_material({.albedo = entity.tint * rng.between(0.85F, 1.0F), .gloss = 0.1F});
  const auto glass = mesh.add_material({.albedo = gray(0.015F), .gloss = 0.9F});
  const auto frame = mesh.add_material({.albedo = gray(0.02F)});
  const float l = e.half_length;
  const float w = e.half_width;
  const float cab = l * rng.between(0.5F, 0.62F);
  const float roof = e.height * rng.between(0.72F, 0.86F);
  const std::array<Section, 5> sections = {
      {{l, w * 0.88F, 0.45F, roof * 0.5F, roof * 0.52F, w * 0.8F, false},
       {l * 0.97F, w * 0.96F, 0.4F, roof * 0.55F, roof * 0.57F, w * 0.9F, false},
       {l * 0.86F, w * 0.96F, 0.4F, roof * 0.57F, roof * 0.97F, w * 0.86F, true},
       {cab + 0.1F * l, w * 0.96F, 0.4F, roof * 0.57F, roof, w * 0.88F, true},
       {cab, w * 0.96F, 0.4F, roof * 0.98F, roof * 0.98F, w * 0.88F, false}}};
  add_shell(mesh, sections, paint, glass);
  mesh.add_box({-l, 0.95F, -w}, {cab - 0.06F * l, e.height, w}, cargo);
  mesh.add_box({-l * 0.97F, 0.55F, -w * 0.6F}, {l * 0.9F, 0.95F, w * 0.6F}, frame);
  for (int rib = 0; rib < 5; ++rib) {
    const float x = mix(-l, cab - 0.06F * l, (static_cast<float>(rib) + 0.5F) / 5);
    mesh.add_box({x - 0.03F, 0.97F, -w * 1.012F}, {x + 0.03F, e.height * 0.99F, w * 1.012F}, paint);
  }
  const std::array axles = {l * 0.74F, -l * 0.42F, -l * 0.74F};
  add_wheels(mesh, axles, w, 0.48F, rng);
  add_lamps(mesh, {l * 1.0F, -l * 1.005F, w * 0.7F, 0.75F}, lamps);
  return mesh;
}

Mesh make_bicycle(const Entity& entity, float stride) {
  Rng rng(entity.look);
  Mesh mesh;
  const auto frame = mesh.add_material({.albedo = entity.tint, .gloss = 0.4F});
  const auto tyre = mesh.add_material({.albedo = gray(0.015F)});
  const auto cloth = mesh.add_material({.albedo = gray(rng.between(0.01F, 0.06F))});
  const auto skin = mesh.add_material({.albedo = {0.5F, 0.3F, 0.2F}});
  const auto helmet = mesh.add_material({.albedo = gray(rng.between(0.02F, 0.6F))});
  const Vec3 rear{-0.52F, 0.34F, 0}, front{0.55F, 0.34F, 0}, crank{-0.05F, 0.3F, 0};
  const Vec3 saddle{-0.2F, 0.92F, 0}, bar{0.42F, 0.98F, 0};
  mesh.add_ring(rear, {0, 0, 1}, 0.35F, 0.28F, tyre);
  mesh.add_ring(front, {0, 0, 1}, 0.35F, 0.28F, tyre);
  for (const auto& [a, b] : {std::pair{rear, crank},
                             {crank, saddle},
                             {saddle, rear},
                             {saddle, bar},
                             {crank, bar},
                             {bar, front}})
    mesh.add_limb(a, b, 0.032F, 0.032F, frame);
  mesh.add_limb(bar + Vec3{0, 0.06F, -0.26F}, bar + Vec3{0, 0.06F, 0.26F}, 0.02F, 0.02F, tyre);
  const Vec3 hip = saddle + Vec3{0.02F, 0.12F, 0};
  const Vec3 neck{0.16F, 1.47F, 0};
  mesh.add_limb(hip, neck, 0.16F, 0.15F, frame);
  for (const float side : {-1.0F, 1.0F}) {
    const float angle = stride + (side > 0 ? kPi : 0);
    const Vec3 pedal = crank + Vec3{0.15F * std::cos(angle), 0.15F * std::sin(angle), side * 0.12F};
    const Vec3 knee = (hip + pedal) * 0.5F + Vec3{0.24F, 0.08F, side * 0.1F};
    mesh.add_limb(hip + Vec3{0, 0, side * 0.1F}, knee, 0.09F, 0.07F, cloth);
    mesh.add_limb(knee, pedal, 0.065F, 0.045F, cloth);
    mesh.add_limb(neck + Vec3{0, -0.06F, side * 0.19F},
                  bar + Vec3{0, 0.08F, side * 0.22F},
                  0.055F,
                  0.04F,
                  frame);
  }
  mesh.add_ellipsoid(neck + Vec3{0.07F, 0.17F, 0}, {0.09F, 0.12F, 0.085F}, skin, 8, 6);
  mesh.add_ellipsoid(neck + Vec3{0.05F, 0.22F, 0}, {0.13F, 0.1F, 0.1F}, helmet, 8, 5);
  return mesh;
}

}  // namespace hindsight::world
