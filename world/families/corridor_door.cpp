// A corridor with a door that people open and close as they come and go; seen across or along.
#include <array>
#include <cmath>

#include "world/families/builder.h"

namespace hindsight::world {
namespace {

/// across: the door is in the wall opposite; along: in a side wall; end: in the wall at the end,
/// where another corridor crosses.
enum class View { across, along, end };

constexpr float kDoorWidth = 0.98F;
constexpr float kDoorHeight = 2.05F;
/// Where people stand who open it: the leaf swings past them.
constexpr float kBeforeDoor = 1.2F;
constexpr float kPace = 1.25F;

struct Corridor {
  Vec3 door;                 ///< middle of its threshold
  float heading = 0;         ///< of the way out of the door
  std::array<Vec3, 2> ends;  ///< where people come into view and leave it
  Vec3 middle;               ///< people pass here
  Vec3 lane;                 ///< across the way from end to end, half the corridor's free width
  [[nodiscard]] Vec3 before_door(float far) const { return door + heading_vector(heading) * far; }
};

Corridor lay_out(View view, Rng& rng) {
  if (view == View::end)
    return {.door = {rng.between(-0.25F, 0.25F), 0, 4.6F},
            .heading = -kPi / 2,
            .ends = {Vec3{rng.chance(0.5F) ? 6.0F : -6.0F, 0, 3.3F}, Vec3{0, 0, -7}},
            .middle = {0, 0, 3.1F},
            .lane = {0.7F, 0, 0}};
  return {.door = {1.3F, 0, view == View::along ? rng.between(0, 0.8F) : 0},
          .heading = kPi,
          .ends = {Vec3{-0.1F, 0, view == View::along ? 9.0F : 6.5F}, Vec3{-0.1F, 0, -7}},
          .middle = {-0.1F, 0, 0},
          .lane = {view == View::along ? 0.75F : 0.55F, 0, 0}};
}

void place_camera(World& world, View view, const Corridor& hall, Rng& rng) {
  const float roll = rng.between(-0.03F, 0.03F);
  if (view == View::across) {
    const float focal = rng.between(0.9F, 1.5F);
    const Vec3 target{1.3F, rng.between(0.95F, 1.2F), rng.between(-0.6F, 0.6F)};
    const Vec3 away = heading_vector(kPi + rng.between(-0.35F, 0.35F));
    const Vec3 eye =
        target + away * (focal * rng.between(3.6F, 5.0F)) + Vec3{0, rng.between(0.1F, 1.4F), 0};
    world.camera = Camera::look(eye, target, focal, roll);
    return;
  }
  const float focal = rng.between(0.8F, 1.15F);
  const float far = focal * (view == View::along ? rng.between(3.6F, 4.6F) : rng.between(3.8F, 5));
  const Vec3 target = view == View::along
                          ? Vec3{rng.between(0.2F, 0.5F), rng.between(0.85F, 1.05F), hall.door.z}
                          : Vec3{rng.between(-0.2F, 0.2F), rng.between(0.9F, 1.1F), 4.2F};
  world.camera = Camera::look(
      {rng.between(-0.7F, 0.2F), rng.between(1.7F, 2.5F), target.z - far}, target, focal, roll);
}

Texture draw_wall(float length, Rng& rng) {
  constexpr std::array kWalls = {
      Grain::plain, Grain::plain, Grain::plain, Grain::tiles, Grain::concrete, Grain::brick};
  Texture wall = draw_texture(rng.pick(kWalls), rng);
  wall.decals.push_back({0, 0, length, 0.1F, wall.second * 0.4F, 0.05F});
  return wall;
}

void build_walls(World& world, View view, Rng& rng) {
  constexpr std::array kFloors = {Grain::tiles, Grain::carpet, Grain::planks, Grain::concrete};
  world.surfaces.push_back(flat(-12, -14, 8, 14, 0, draw_texture(rng.pick(kFloors), rng)));
  const Texture wall = draw_wall(28, rng);
  if (view == View::across) {
    world.surfaces.push_back(upright({1.3F, 0, -14}, {1.3F, 0, 14}, 6, wall));
    return;
  }
  constexpr float kHigh = 2.9F;
  world.surfaces.push_back(flat(-12, -14, 12, 14, kHigh, draw_texture(Grain::plain, rng)));
  const float near_end = view == View::along ? 12.0F : 2.3F;
  const float half = view == View::along ? 1.3F : 1.7F;
  const float far_wall = view == View::along ? 12.0F : 4.6F;
  world.surfaces.push_back(upright({half, 0, -14}, {half, 0, near_end}, kHigh, wall));
  world.surfaces.push_back(upright({-half, 0, -14}, {-half, 0, near_end}, kHigh, wall));
  world.surfaces.push_back(upright({-12, 0, far_wall}, {12, 0, far_wall}, kHigh, wall));
}

void hang_door(World& world, const Corridor& hall, Rng& rng) {
  constexpr std::array kPaints = {
      Color::brown, Color::brown, Color::white, Color::gray, Color::blue, Color::green, Color::red};
  const Placement frame{hall.door, hall.heading};
  const auto paint = world.furniture.add_material({.albedo = shade_of(rng.pick(kPaints), rng)});
  const std::size_t first = world.furniture.vertices.size();
  constexpr float kHalf = kDoorWidth / 2, kPost = 0.09F;
  for (const float side : {-1.0F, 1.0F})
    world.furniture.add_box({0, 0, side > 0 ? kHalf : -kHalf - kPost},
                            {0.07F, kDoorHeight + kPost, side > 0 ? kHalf + kPost : -kHalf},
                            paint);
  world.furniture.add_box({0, kDoorHeight, -kHalf}, {0.07F, kDoorHeight + kPost, kHalf}, paint);
  world.furniture.place(frame, first);
  world.dials.push_back({.what = "door", .changes = {{0, rng.chance(0.4F) ? "open" : "closed"}}});
  world.fixtures.push_back({.shape = Fixture::Shape::door,
                            .placement = {frame.point({0.03F, 0, -kHalf}), hall.heading},
                            .length = kDoorWidth,
                            .height = kDoorHeight,
                            .color = shade_of(rng.pick(kPaints), rng),
                            .dial = 0});
}

void turn_door(World& world, double t, bool open, int who) {
  world.dials[0].changes.push_back({t, open ? "open" : "closed"});
  world.events.push_back({.type = open ? EventType::open : EventType::close,
                          .begin = t,
                          .end = t + 0.8,
                          .entity = who,
                          .text = "door"});
}

/// Someone comes out of the door or goes in; nobody else uses it until the returned time.
double use_door(World& world, const Corridor& hall, bool enters, double t, Rng& rng) {
  const std::size_t who = add_actor(world, Kind::person, rng);
  const int id = world.actors[who].entity.id;
  const Vec3 end = rng.pick(hall.ends) + hall.lane * rng.between(-0.6F, 0.6F);
  const Vec3 inside = hall.before_door(-0.9F), before = hall.before_door(kBeforeDoor);
  const bool shut = world.dials[0].changes.back().value == "closed";
  const Vec3 from = enters ? inside : end;
  Stay way{{{t, from, hall.heading}}};
  double through = 0;
  if (enters) {
    if (shut) turn_door(world, t, true, id);
    wait(way, shut ? 0.6 : 0);
    follow(way, std::array{before}, kPace);
    through = way.keys.back().t;
    follow(way, std::array{end}, kPace);
  } else {
    follow(way, std::array{before}, kPace);
    if (shut) turn_door(world, way.keys.back().t, true, id);
    wait(way, shut ? 0.9 : 0);
    follow(way, std::array{inside}, kPace);
    through = way.keys.back().t;
  }
  const bool closes = rng.chance(0.55F);
  if (closes) turn_door(world, through + 0.2, false, id);
  world.events.push_back({.type = enters ? EventType::enter : EventType::leave,
                          .begin = t,
                          .end = way.keys.back().t,
                          .entity = id});
  const double last = way.keys.back().t;
  world.actors[who].stays.push_back(std::move(way));
  if (rng.chance(carrying_share(world, 0.4F))) add_carried(world, who, t, last, rng);
  return through + (closes ? 1.4 : 0.3);
}

/// Walks from one end to the other and may stop on the way; begins so that it is in the middle at
/// `t`.
void pass(World& world,
          const Corridor& hall,
          Kind kind,
          bool forward,
          float side,
          double t,
          double pause,
          Rng& rng) {
  const std::size_t who = add_actor(world, kind, rng);
  const int id = world.actors[who].entity.id;
  const Vec3 off = hall.lane * side;
  const Vec3 along = normalized(hall.ends[1] - hall.middle);
  const Vec3 middle = hall.middle + off + along * (forward ? -0.42F : 0.42F);
  const float speed = kind == Kind::dog ? rng.between(1.2F, 2.4F) : kPace;
  const Vec3 from = hall.ends[forward ? 0 : 1] + off, to = hall.ends[forward ? 1 : 0] + off;
  Stay way{{{t, from, 0}}};
  way.keys[0].heading = std::atan2(middle.z - from.z, middle.x - from.x);
  follow(way, std::array{middle}, speed);
  const double early = way.keys.back().t - t;
  for (auto& key : way.keys) key.t -= early;
  wait(way, pause);
  follow(way, std::array{to}, speed);
  const double last = way.keys.back().t;
  world.events.push_back({.type = EventType::pass, .begin = t - early, .end = last, .entity = id});
  world.actors[who].stays.push_back(std::move(way));
  if (kind == Kind::person && rng.chance(carrying_share(world, 0.4F)))
    add_carried(world, who, t - early, last, rng);
}

/// Two come from both sides, stop beside each other and go on.
void meet(World& world, const Corridor& hall, double t, double pause, Rng& rng) {
  const int first = static_cast<int>(world.actors.size()) + 1;
  pass(world, hall, Kind::person, true, rng.between(-0.9F, -0.4F), t, pause, rng);
  const int second = static_cast<int>(world.actors.size()) + 1;
  pass(world, hall, Kind::person, false, rng.between(0.4F, 0.9F), t, pause, rng);
  world.events.push_back(
      {.type = EventType::meet, .begin = t, .end = t + pause, .entity = first, .other = second});
}

}  // namespace

World build_corridor_door(const WorldSpec& spec) {
  static constexpr std::array kKinds = {
      Kind::person, Kind::person, Kind::dog, Kind::bag, Kind::box, Kind::ball, Kind::bottle};
  Rng rng(spec.seed ^ 0x646F6F72U);
  World world = begin_world(spec, false, rng);
  world.kinds = kKinds;
  const View view = static_cast<View>(rng.below(3));
  const Corridor hall = lay_out(view, rng);
  place_camera(world, view, hall, rng);
  build_walls(world, view, rng);
  hang_door(world, hall, rng);
  expose(world, hall.before_door(0.6F) + Vec3{0, 1, 0}, rng);
  if (rng.chance(0.3F))
    add_light_switch(world, spec.spacing, rng);
  else
    world.dark.reset();
  // Seen along, everyone stays in the picture for long.
  const double spacing = spec.spacing * (view == View::along ? 1.5 : 1);
  double door_free = 0.2;
  double middle_free = -8;
  for (double t = -6; t < spec.seconds; t += rng.seconds(0.5, 1.7) * spacing) {
    const float k = rng.uniform();
    if (k < 0.5F && t > 0) {
      door_free = use_door(world, hall, rng.chance(0.5F), std::max(t, door_free), rng);
    } else if (k < 0.68F) {
      const double pause = rng.seconds(2.5, 8);
      middle_free = std::max(t, middle_free);
      meet(world, hall, middle_free, pause, rng);
      middle_free += pause + 1;
    } else {
      pass(world,
           hall,
           rng.chance(0.7F) ? Kind::person : Kind::dog,
           rng.chance(0.5F),
           rng.between(-0.9F, 0.9F),
           t,
           rng.chance(0.3F) ? rng.seconds(1, 6) : 0,
           rng);
    }
  }
  return world;
}

}  // namespace hindsight::world
