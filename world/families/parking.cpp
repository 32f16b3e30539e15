// A car park: marked bays in a row, an aisle before them, a path behind; seen obliquely or from
// above.
#include <array>
#include <cmath>
#include <optional>

#include "world/families/builder.h"

namespace hindsight::world {
namespace {

constexpr int kBays = 5;
constexpr float kPitch = 3.1F;
constexpr float kRowFront = 1.9F, kRowBack = 6.9F;
constexpr float kAisle = -1.5F;
constexpr float kPath = 7.8F, kNearPath = -3.7F;
constexpr float kDoors = 4.4F;  ///< where drivers get in and out
/// Out of every camera's sight.
constexpr float kFar = 13.5F;
constexpr float kMaxHalfLength = 3.3F;  ///< of what leaves the aisle free

struct Parked {
  std::size_t vehicle;
  double since;
  std::optional<std::size_t> driver{};
  double driver_gone = 0;
};

/// Nose to the path behind the bays.
Vec3 parking_place(const World& world, std::size_t vehicle, float z) {
  return {kRowBack - 0.25F - extent_of(world.actors[vehicle].entity).half_length, 0, z};
}

struct Bay {
  float z;
  bool always_full = false;
  std::optional<Parked> parked{};
};

void place_camera(World& world, Rng& rng) {
  const float focal = rng.between(0.85F, 1.5F);
  const float roll = rng.between(-0.03F, 0.03F);
  if (rng.chance(0.35F)) {
    const Vec3 eye{rng.between(1.8F, 2.8F), focal * rng.between(12, 14.5F), rng.between(-1, 1)};
    world.camera = Camera::look(eye, {eye.x + 0.01F, 0, eye.z}, focal, roll);
    return;
  }
  const float pitch = rng.between(0.45F, 0.78F);
  const Vec3 target{rng.between(1.8F, 2.8F), 0, rng.between(-1.2F, 1.2F)};
  const Vec3 away = heading_vector(kPi + rng.between(-0.35F, 0.35F)) * std::cos(pitch) +
                    Vec3{0, std::sin(pitch), 0};
  world.camera =
      Camera::look(target + away * (focal * rng.between(9.5F, 12.5F)), target, focal, roll);
}

void lay_ground(World& world, float first_line, Rng& rng) {
  constexpr float kHalf = 40;
  Texture ground = draw_texture(rng.chance(0.75F) ? Grain::asphalt : Grain::concrete, rng);
  const float paint = rng.between(0.5F, 0.85F);
  const Vec3 line = rng.chance(0.75F) ? Vec3{paint, paint, paint * 0.95F}
                                      : Vec3{paint, paint * 0.75F, paint * 0.15F};
  const float wear = rng.between(0.05F, 0.6F);
  for (int i = -6; i < 7; ++i) {
    const float v = kHalf + first_line + kPitch * static_cast<float>(i);
    ground.decals.push_back(
        {kHalf + kRowFront, v - 0.06F, kHalf + kRowBack, v + 0.06F, line, wear});
  }
  if (rng.chance(0.5F))
    ground.decals.push_back({kHalf + kRowBack, 0, kHalf + kRowBack + 0.12F, 2 * kHalf, line, wear});
  world.surfaces.push_back(flat(-kHalf, -kHalf, kHalf, kHalf, 0, std::move(ground)));
  const Texture path = draw_texture(rng.chance(0.5F) ? Grain::tiles : Grain::concrete, rng);
  world.surfaces.push_back(flat(kRowBack + 0.2F, -kHalf, kPath + 0.9F, kHalf, 0.02F, path));
  world.surfaces.push_back(flat(kNearPath - 0.8F, -kHalf, kNearPath + 0.9F, kHalf, 0.02F, path));
  const Texture green = draw_texture(rng.chance(0.7F) ? Grain::grass : Grain::concrete, rng);
  world.surfaces.push_back(flat(kPath + 0.9F, -kHalf, kHalf, kHalf, 0.03F, green));
  world.surfaces.push_back(flat(-kHalf, -kHalf, kNearPath - 0.8F, kHalf, 0.03F, green));
}

std::size_t add_vehicle(World& world, Rng& rng) {
  const Kind kind = rng.chance(0.75F) ? Kind::car : Kind::truck;
  const std::size_t who = add_actor(world, kind, rng);
  auto& entity = world.actors[who].entity;
  if (kind == Kind::truck && entity.size == Size::large) entity.size = Size::medium;
  while (extent_of(entity).half_length > kMaxHalfLength) entity.look = rng.next();
  return who;
}

void log(World& world, EventType type, double begin, double end, int entity) {
  world.events.push_back({.type = type, .begin = begin, .end = end, .entity = entity});
}

/// Parked until `end`.
void stand(World& world, const Bay& bay, double end) {
  auto& actor = world.actors[bay.parked->vehicle];
  const Vec3 at = parking_place(world, bay.parked->vehicle, bay.z);
  actor.stays.push_back({{{bay.parked->since, at, 0}, {end, at, 0}}, true});
  log(world, EventType::stop, bay.parked->since, end, actor.entity.id);
}

/// The driver gets out and walks off along the path behind the bays.
void walk_away(World& world, Parked& parked, float z, double t, Rng& rng) {
  const float side = rng.chance(0.5F) ? 1.0F : -1.0F;
  const float gap = z + side * kPitch / 2;
  parked.driver = add_actor(world, Kind::person, rng);
  auto& driver = world.actors[*parked.driver];
  Stay way{{{t, {kDoors, 0, gap}, 0}}};
  follow(way,
         std::array{Vec3{kPath + rng.between(-0.3F, 0.4F), 0, gap},
                    Vec3{kPath, 0, rng.chance(0.5F) ? kFar : -kFar}},
         1.4F);
  parked.driver_gone = way.keys.back().t;
  log(world, EventType::leave, t, parked.driver_gone, driver.entity.id);
  driver.stays.push_back(std::move(way));
  if (rng.chance(0.4F)) add_carried(world, *parked.driver, t, parked.driver_gone, rng);
}

/// The driver, or somebody, walks to the vehicle; the time of sitting in it.
double walk_back(World& world, const Bay& bay, double t, Rng& rng) {
  const Parked& parked = *bay.parked;
  const std::size_t who = parked.driver ? *parked.driver : add_actor(world, Kind::person, rng);
  const double begin = std::max(t, parked.driver_gone + 2);
  const float gap = bay.z + (rng.chance(0.5F) ? kPitch : -kPitch) / 2;
  const float from = rng.chance(0.5F) ? kFar : -kFar;
  Stay way{{{begin, {kPath, 0, from}, from > 0 ? -kPi / 2 : kPi / 2}}};
  follow(
      way, std::array{Vec3{kPath + rng.between(-0.3F, 0.4F), 0, gap}, Vec3{kDoors, 0, gap}}, 1.5F);
  const double end = way.keys.back().t;
  log(world, EventType::enter, begin, end, world.actors[who].entity.id);
  world.actors[who].stays.push_back(std::move(way));
  return end;
}

/// Drives in along the aisle and into the bay; the time at which the aisle is free.
double arrive(World& world, Bay& bay, double t, float speed, Rng& rng) {
  const std::size_t who = add_vehicle(world, rng);
  auto& actor = world.actors[who];
  const float side = rng.chance(0.5F) ? 1.0F : -1.0F;
  Stay way{{{t, {kAisle, 0, -side * kFar}, side * kPi / 2}}};
  follow(way, std::array{Vec3{kAisle, 0, bay.z - side * 3}}, speed);
  follow(way,
         std::array{Vec3{kAisle, 0, bay.z}, parking_place(world, who, bay.z)},
         speed * 0.5F,
         2.6F);
  bay.parked = Parked{.vehicle = who, .since = way.keys.back().t};
  log(world, EventType::enter, t, bay.parked->since, actor.entity.id);
  actor.stays.push_back(std::move(way));
  const double since = bay.parked->since;
  if (rng.chance(0.5F)) walk_away(world, *bay.parked, bay.z, since + rng.seconds(1, 3), rng);
  return since - 0.5;
}

/// Backs out of the bay and drives off; the time at which the aisle is free.
double depart(World& world, Bay& bay, double t, float speed, Rng& rng) {
  stand(world, bay, t);
  auto& actor = world.actors[bay.parked->vehicle];
  const float side = rng.chance(0.5F) ? 1.0F : -1.0F;
  Stay way{{{t, parking_place(world, bay.parked->vehicle, bay.z), 0}}};
  follow(way,
         std::array{Vec3{kAisle, 0, bay.z}, Vec3{kAisle, 0, bay.z + side * 3.4F}},
         speed * 0.45F,
         2.6F,
         true);
  wait(way, 0.5);
  follow(way, std::array{Vec3{kAisle, 0, -side * kFar}}, speed);
  const double end = way.keys.back().t;
  log(world, EventType::leave, t, end, actor.entity.id);
  actor.stays.push_back(std::move(way));
  bay.parked.reset();
  return end - 2.5 / static_cast<double>(speed);
}

/// Someone goes past without parking: on foot on one of the paths, or along the aisle; when it is
/// gone.
double pass(World& world, Kind kind, double t, float speed, Rng& rng) {
  const std::size_t who = add_actor(world, kind, rng);
  const bool walks = kind == Kind::person || kind == Kind::dog;
  const float x = !walks              ? kAisle
                  : rng.chance(0.35F) ? kPath
                                      : kNearPath + rng.between(-0.5F, 0.6F);
  const float z = rng.chance(0.5F) ? kFar : -kFar;
  const std::array points = {Vec3{x, 0, -z}, Vec3{x, 0, rng.between(-3, 3)}, Vec3{x, 0, z}};
  const std::array pauses = {0.0, walks && rng.chance(0.3F) ? rng.seconds(1, 6) : 0, 0.0};
  Stay way = make_way(t, points, pauses, speed);
  const double end = way.keys.back().t;
  log(world, EventType::pass, t, end, world.actors[who].entity.id);
  world.actors[who].stays.push_back(std::move(way));
  if (kind == Kind::person && rng.chance(0.35F)) add_carried(world, who, t, end, rng);
  return end;
}

std::array<Bay, kBays> fill_bays(World& world, float middle, Rng& rng) {
  std::array<Bay, kBays> bays{};
  const float fullness = rng.between(0.2F, 0.8F);
  for (int i = 0; i < kBays; ++i) {
    auto& bay = bays[static_cast<std::size_t>(i)];
    bay.z = middle + kPitch * static_cast<float>(i - kBays / 2);
    bay.always_full = rng.chance(0.2F);
    if (!bay.always_full && !rng.chance(fullness)) continue;
    bay.parked = Parked{.vehicle = add_vehicle(world, rng), .since = -30};
  }
  return bays;
}

/// One vehicle at a time manoeuvres in the aisle.
double move_one(World& world, std::array<Bay, kBays>& bays, double t, float speed, Rng& rng) {
  Bay& bay = bays[static_cast<std::size_t>(rng.below(kBays))];
  if (!bay.parked) return arrive(world, bay, t, speed, rng);
  if (bay.parked && !bay.always_full && t > bay.parked->since + 4) {
    const bool fetched = bay.parked->driver || rng.chance(0.35F);
    return depart(world, bay, fetched ? walk_back(world, bay, t, rng) + 1.5 : t, speed, rng);
  }
  const Kind kind = rng.chance(0.5F) ? Kind::bicycle : rng.chance(0.7F) ? Kind::car : Kind::truck;
  return pass(world, kind, t, kind == Kind::bicycle ? 4 : speed * 1.2F, rng) - 0.6;
}

}  // namespace

World build_parking(const WorldSpec& spec) {
  Rng rng(spec.seed ^ 0x7061726BU);
  World world = begin_world(spec, true, rng);
  const float middle = rng.between(-kPitch / 2, kPitch / 2);
  place_camera(world, rng);
  lay_ground(world, middle + kPitch / 2, rng);
  put_street_lamps(world, rng);
  expose(world, {kRowFront, 0.5F, 0}, rng);
  auto bays = fill_bays(world, middle, rng);
  const float speed = rng.between(4, 6.5F);
  double aisle_free = -3;
  for (double t = -12; t < spec.seconds; t += rng.seconds(0.5, 1.5) * spec.spacing) {
    if (rng.chance(0.35F)) {
      const bool dog = rng.chance(0.3F);
      pass(world, dog ? Kind::dog : Kind::person, t, dog ? 2.2F : rng.between(1.2F, 1.8F), rng);
    } else {
      aisle_free = move_one(world, bays, std::max(t, aisle_free), speed, rng);
    }
  }
  for (const auto& bay : bays)
    if (bay.parked) stand(world, bay, std::max(spec.seconds, bay.parked->since) + 60);
  return world;
}

}  // namespace hindsight::world
