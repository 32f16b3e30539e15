// A road seen by a camera at its side, above it or along it; sometimes with a barrier and a sign.
#include <array>
#include <cmath>

#include "world/families/builder.h"

namespace hindsight::world {
namespace {

enum class View { side, along, above };

void place_camera(World& world, View view, Rng& rng) {
  const float focal = rng.between(0.85F, 1.5F);
  const float far = focal * rng.between(8.5F, 14);
  if (view == View::side) {
    const float angle = rng.between(-0.22F, 0.22F);
    const Vec3 eye = heading_vector(kPi + angle) * far + Vec3{0, rng.between(0.2F, 0.65F) * far, 0};
    world.camera = Camera::look(eye,
                                {0, rng.between(0.2F, 1.2F), rng.between(-1.5F, 1.5F)},
                                focal,
                                rng.between(-0.03F, 0.03F));
  } else if (view == View::along) {
    const float angle = rng.between(-0.2F, 0.2F);
    const Vec3 eye =
        heading_vector(-kPi / 2 + angle) * far + Vec3{0, rng.between(0.5F, 0.9F) * far, 0};
    world.camera = Camera::look(
        eye, {rng.between(-0.8F, 0.8F), 0, rng.between(0, 2)}, focal, rng.between(-0.03F, 0.03F));
  } else {
    const float lean = rng.between(-0.12F, 0.3F);
    const Vec3 eye{rng.between(-1, 1), far * 1.05F, -far * lean};
    world.camera = Camera::look(
        eye, {rng.between(-0.6F, 0.6F), 0, 0.01F}, focal, rng.chance(0.5F) ? kPi / 2 : 0);
    if (rng.chance(0.5F))
      world.camera = Camera::look(eye, {eye.x, 0, eye.z + 0.4F + std::abs(lean) * far}, focal, 0);
  }
}

void lay_ground(World& world, Rng& rng) {
  constexpr std::array kSides = {Grain::grass, Grain::concrete, Grain::asphalt, Grain::tiles};
  world.surfaces.push_back(flat(-60, -60, 60, 60, 0, draw_texture(rng.pick(kSides), rng)));
  Texture road = draw_texture(Grain::asphalt, rng);
  const float paint = rng.between(0.45F, 0.8F);
  const Vec3 white{paint, paint, paint * 0.95F};
  const float wear = rng.between(0.1F, 0.7F);
  if (rng.chance(0.7F))
    for (float v = 20; v < 100; v += 6)
      road.decals.push_back({3.93F, v, 4.07F, v + 3, white, wear});
  if (rng.chance(0.6F))
    for (const float u : {0.35F, 7.5F}) road.decals.push_back({u, 0, u + 0.15F, 120, white, wear});
  if (rng.chance(0.25F))
    for (float u = 0.6F; u < 7.5F; u += 1.1F)
      road.decals.push_back({u, 62, u + 0.55F, 65, white, wear});
  world.surfaces.push_back(flat(-4, -60, 4, 60, 0.015F, std::move(road)));
  const Texture path = draw_texture(rng.chance(0.5F) ? Grain::tiles : Grain::concrete, rng);
  world.surfaces.push_back(flat(-6.8F, -60, -4.3F, 60, 0.02F, path));
  world.surfaces.push_back(flat(4.3F, -60, 6.8F, 60, 0.02F, path));
  if (rng.chance(0.6F)) {
    constexpr std::array kWalls = {Grain::brick, Grain::plain, Grain::concrete, Grain::planks};
    Texture wall = draw_texture(rng.pick(kWalls), rng);
    for (float u = 4; u < 115 && rng.chance(0.97F); u += rng.between(3, 6))
      wall.decals.push_back({u, 1.2F, u + 1.5F, 2.7F, {0.03F, 0.035F, 0.045F}, 0.1F});
    const float x = rng.between(8, 14);
    world.surfaces.push_back(upright({x, 0, -60}, {x, 0, 60}, rng.between(4, 12), std::move(wall)));
  }
}

struct Lane {
  double free_at = 0;
  float speed = 8;
};

constexpr float kEnd = 26;

/// One vehicle or bicycle along its lane; it may stop before the middle.
void drive(World& world, Kind kind, bool forward, double t, Lane& lane, int gate, Rng& rng) {
  const std::size_t who = add_actor(world, kind, rng);
  auto& actor = world.actors[who];
  const float z = forward ? kEnd : -kEnd;
  const float x = (forward ? 1.85F : -1.85F) + rng.between(-0.25F, 0.25F);
  const float halt = (forward ? -1.0F : 1.0F) *
                     (gate >= 0 ? extent_of(actor.entity).half_length + 1 : rng.between(-3, 5));
  const float speed = kind == Kind::bicycle ? rng.between(3, 5) : lane.speed;
  const bool stops = gate >= 0 || rng.chance(0.2F);
  const double pause = stops ? rng.seconds(1.5, 7) : 0;
  const std::array points = {Vec3{x, 0, -z}, Vec3{x, 0, halt}, Vec3{x, 0, z}};
  const std::array pauses = {0.0, pause, 0.0};
  actor.stays.push_back(make_way(t, points, pauses, speed));
  const double end = actor.stays.back().keys.back().t;
  const double at_halt = actor.stays.back().keys[1].t;
  world.events.push_back(
      {.type = EventType::pass, .begin = t, .end = end, .entity = actor.entity.id});
  if (stops)
    world.events.push_back({.type = EventType::stop,
                            .begin = at_halt,
                            .end = at_halt + pause,
                            .entity = actor.entity.id});
  if (gate >= 0) {
    auto& changes = world.dials[static_cast<std::size_t>(gate)].changes;
    changes.push_back({at_halt + pause - 1, "open"});
    changes.push_back({at_halt + pause + 3, "closed"});
    world.events.push_back({.type = EventType::open,
                            .begin = at_halt + pause - 1,
                            .end = at_halt + pause - 0.2,
                            .other = actor.entity.id,
                            .text = "gate"});
    world.events.push_back({.type = EventType::close,
                            .begin = at_halt + pause + 3,
                            .end = at_halt + pause + 3.8,
                            .text = "gate"});
  }
  lane.free_at = gate >= 0 ? at_halt + pause + 4.5
                 : stops   ? at_halt + pause + 1.5
                           : t + (kind == Kind::truck ? 2.2 : 1.6);
  if (kind == Kind::bicycle) lane.free_at = std::max(lane.free_at, end - 2);
}

void walk(World& world, Kind kind, double t, Rng& rng) {
  const std::size_t who = add_actor(world, kind, rng);
  const bool forward = rng.chance(0.5F);
  const float z = forward ? 14.0F : -14.0F;
  const float x = (rng.chance(0.6F) ? 5.4F : -5.4F) + rng.between(-0.8F, 0.8F);
  const bool stops = rng.chance(0.3F);
  const double pause = stops ? rng.seconds(1, 8) : 0;
  const float middle = rng.between(-3, 3);
  const std::array points = {Vec3{x, 0, -z}, Vec3{x, 0, middle}, Vec3{x, 0, z}};
  const std::array pauses = {0.0, pause, 0.0};
  Stay way = make_way(t, points, pauses, rng.between(1.2F, kind == Kind::dog ? 3.5F : 2.2F));
  const int id = world.actors[who].entity.id;
  world.events.push_back(
      {.type = EventType::pass, .begin = t, .end = way.keys.back().t, .entity = id});
  if (stops)
    world.events.push_back({.type = EventType::stop,
                            .begin = way.keys[1].t,
                            .end = way.keys[1].t + pause,
                            .entity = id});
  const double end = way.keys.back().t;
  world.actors[who].stays.push_back(std::move(way));
  if (kind != Kind::person || !rng.chance(carrying_share(world, 0.35F))) return;
  add_carried(world, who, t, end, rng);
}

/// Vehicles that stand in the lane that nobody drives on, along it or across: seen from all sides, and
/// before each other.
void park_in_lane(World& world, bool has_gate, double seconds, Rng& rng) {
  const bool across = rng.chance(0.5F);
  const float skew = rng.between(-0.25F, 0.25F);
  for (float z = rng.between(-13, -9); z < 11;) {
    const Kind kind = rng.chance(0.65F) ? Kind::car : rng.chance(0.8F) ? Kind::truck : Kind::bicycle;
    const std::size_t who = add_actor(world, kind, rng);
    auto& actor = world.actors[who];
    const Extent size = extent_of(actor.entity);
    const float half = across ? size.half_width : size.half_length;
    const float middle = z + half;
    z = middle + half + rng.between(0.5F, 1.2F) + (rng.chance(0.5F) ? rng.between(0, 7) : 0);
    if ((has_gate && std::abs(middle) < half + 1) || (across && size.half_length > 2.7F)) {
      world.actors.pop_back();
      continue;
    }
    const float heading = (across ? 0 : kPi / 2) + (rng.chance(0.5F) ? kPi : 0) + skew;
    const Vec3 at{across ? size.half_length - 4.3F : -2.0F, 0, middle};
    actor.stays.push_back({{{-30, at, heading}, {seconds + 60, at, heading}}, true});
  }
}

}  // namespace

World build_road_gate(const WorldSpec& spec) {
  Rng rng(spec.seed ^ 0x726F6164U);
  World world = begin_world(spec, true, rng);
  world.dark.reset();
  const View view = static_cast<View>(rng.below(3));
  place_camera(world, view, rng);
  lay_ground(world, rng);
  put_street_lamps(world, rng);
  expose(world, {0, 0.5F, 0}, rng);
  int gate = -1;
  if (rng.chance(0.45F)) {
    gate = 0;
    world.dials.push_back({.what = "gate", .changes = {{0, "closed"}}});
    world.fixtures.push_back({.shape = Fixture::Shape::barrier,
                              .placement = {{-4.2F, 0, 0}, -kPi / 2},
                              .length = 8,
                              .color = shade_of(rng.chance(0.7F) ? Color::red : Color::yellow, rng),
                              .dial = 0});
  }
  if (view != View::above && rng.chance(0.5F)) {
    const float width = rng.between(3.4F, 5.5F);
    const Vec3 middle =
        view == View::side
            ? Vec3{rng.between(5, 7), rng.between(2.6F, 3.6F), rng.between(-2.5F, 2.5F)}
            : Vec3{rng.between(-4, 4), rng.between(2.6F, 3.4F), rng.between(5, 8)};
    Board board = make_board(world,
                             "sign",
                             draw_sign_text(rng),
                             middle,
                             width,
                             width * rng.between(0.28F, 0.42F),
                             draw_text_style(false, rng));
    const auto post = world.furniture.add_material({.albedo = {0.2F, 0.2F, 0.2F}});
    const Vec3 back = world.camera.forward * 0.06F;
    for (const float side : {0.2F, 0.8F}) {
      const Vec3 foot = board.corner + board.across * side + back;
      world.furniture.add_limb({foot.x, 0, foot.z}, {foot.x, middle.y, foot.z}, 0.06F, 0.06F, post);
    }
    world.boards.push_back(std::move(board));
  }
  // Training alone sees more of what is hard, vehicles behind each other and small things: test worlds stay what they were
  // measured as, and car parks are never trained.
  const bool trains = spec.split == Split::train;
  const bool parked = trains && rng.chance(0.6F);
  if (parked) park_in_lane(world, gate >= 0, spec.seconds, rng);
  const bool one_way = gate >= 0 || parked;
  std::array<Lane, 2> lanes;
  for (auto& lane : lanes) lane.speed = rng.between(4, 12);
  for (double t = -6; t < spec.seconds; t += rng.seconds(0.4, 1.6) * spec.spacing) {
    const float k = rng.uniform();
    if (k > 0.68F) {
      walk(world, k > (trains ? 0.8F : 0.9F) ? Kind::dog : Kind::person, t, rng);
      continue;
    }
    const Kind kind = k < 0.42F ? Kind::car : k < 0.56F ? Kind::truck : Kind::bicycle;
    // With a barrier the road is one lane wide: two at once would pass through each other's gate.
    const bool forward = rng.chance(0.5F);
    Lane& lane = lanes[forward || one_way ? 0 : 1];
    drive(world, kind, one_way || forward, std::max(t, lane.free_at), lane, gate, rng);
  }
  return world;
}

}  // namespace hindsight::world
