#include "world/families/builder.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace hindsight::world {

World begin_world(const WorldSpec& spec, bool outdoors, Rng& rng) {
  static constexpr std::array kOutdoors = {
      Kind::person, Kind::car, Kind::truck, Kind::bicycle, Kind::dog, Kind::bag, Kind::box};
  static constexpr std::array kIndoors = {
      Kind::person, Kind::dog, Kind::box, Kind::bag, Kind::ball, Kind::bottle, Kind::hand};
  World world;
  world.outdoors = outdoors;
  world.kinds = kIndoors;
  if (outdoors) world.kinds = kOutdoors;
  world.family = spec.family;
  world.scene = spec.family;
  world.split = spec.split;
  world.seed = spec.seed;
  world.length = spec.seconds;
  const float hour = rng.uniform();
  const TimeOfDay time = hour < 0.6F    ? TimeOfDay::day
                         : hour < 0.78F ? TimeOfDay::dusk
                                        : TimeOfDay::night;
  world.outdoors = outdoors;
  world.rain = outdoors && rng.chance(0.25F);
  Rng light = rng.fork(11);
  world.lighting =
      outdoors ? draw_outdoor_light(time, world.rain, light) : draw_room_light(time, true, light);
  if (!outdoors) world.dark = draw_room_light(time, false, light);
  world.horizon = world.lighting.sky * rng.between(0.8F, 1.3F);
  auto& n = world.nuisance;
  const bool dim = outdoors && time == TimeOfDay::night;
  n.noise = rng.between(0.003F, 0.018F) * (dim ? 1.8F : 1.0F);
  n.blur = rng.chance(0.5F) ? rng.between(0, 0.7F) : 0;
  n.shake = rng.chance(0.25F) ? rng.between(0.3F, 1.2F) : 0;
  n.rain = world.rain ? rng.between(0.3F, 1.0F) : 0;
  n.drift = rng.between(0, 0.08F);
  n.quantizer = rng.chance(0.8F) ? rng.between(4, 22) : 0;
  n.vignette = rng.between(0, 0.7F);
  n.hazy = spec.split == Split::test && rng.chance(0.12F);
  return world;
}

void expose(World& world, Vec3 subject, Rng& rng) {
  const Vec3 up = world.lighting.arriving(subject, {0, 1, 0});
  const Vec3 front = world.lighting.arriving(subject, normalized(world.camera.eye - subject));
  const Vec3 light = (up + front) * 0.5F;
  const float level = std::max(0.02F, 0.3F * light.x + 0.6F * light.y + 0.1F * light.z);
  world.exposure = 0.78F * std::pow(level, -0.82F) * rng.between(0.82F, 1.15F);
}

Surface flat(float x0, float z0, float x1, float z1, float y, Texture texture) {
  return {{x0, y, z0}, {x1 - x0, 0, 0}, {0, 0, z1 - z0}, std::move(texture)};
}

Surface upright(Vec3 from, Vec3 to, float height, Texture texture) {
  return {from, to - from, {0, height, 0}, std::move(texture)};
}

std::size_t add_actor(World& world, Kind kind, Rng& rng, float scale) {
  Actor actor{.entity =
                  draw_entity(static_cast<int>(world.actors.size()) + 1, kind, world.split, rng)};
  actor.entity.scale = scale;
  world.actors.push_back(std::move(actor));
  return world.actors.size() - 1;
}

Stay make_way(double begin,
              std::span<const Vec3> points,
              std::span<const double> pauses,
              float speed) {
  Stay stay;
  double t = begin;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Vec3 next = i + 1 < points.size() ? points[i + 1] - points[i] : points[i] - points[i - 1];
    const float heading = std::atan2(next.z, next.x);
    const float before = i == 0 ? heading : stay.keys.back().heading;
    stay.keys.push_back({t, points[i], i + 1 < points.size() ? heading : before});
    if (pauses[i] > 0) {
      t += pauses[i];
      stay.keys.push_back({t, points[i], stay.keys.back().heading});
    }
    t += static_cast<double>(length(next) / speed);
  }
  return stay;
}

void follow(Stay& way, std::span<const Vec3> points, float speed, float radius, bool backwards) {
  const auto go = [&](Vec3 to) {
    const Key& from = way.keys.back();
    const Vec3 step = to - from.at;
    const float far = length(step);
    if (far < 1e-3F) return;
    const float heading = std::atan2(step.z, step.x) + (backwards ? kPi : 0);
    way.keys.push_back({from.t + static_cast<double>(far / speed), to, heading});
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Vec3 from = way.keys.back().at;
    const Vec3 in = points[i] - from;
    // A turn on the spot ends soon, not in the middle of a long way.
    if (i == 0) go(from + normalized(in) * std::min(0.5F, length(in) / 2));
    const bool last = i + 1 == points.size();
    const Vec3 out = last ? Vec3{} : points[i + 1] - points[i];
    const float cut = last ? 0 : std::min({radius, length(in) / 2, length(out) / 2});
    const Vec3 a = points[i] - normalized(in) * cut, b = points[i] + normalized(out) * cut;
    go(cut > 0 ? a : points[i]);
    constexpr int kSteps = 8;
    for (int s = 1; s <= kSteps && cut > 0; ++s) {
      const float k = static_cast<float>(s) / kSteps;
      go(mix(mix(a, points[i], k), mix(points[i], b, k), k));
    }
  }
}

void wait(Stay& way, double seconds) {
  if (seconds <= 0) return;
  Key key = way.keys.back();
  key.t += seconds;
  way.keys.push_back(key);
}

float carrying_share(const World& world, float usual) {
  return world.split == Split::train ? std::max(usual, 0.6F) : usual;
}

std::size_t add_carried(World& world, std::size_t carrier, double begin, double end, Rng& rng) {
  const std::size_t thing = add_actor(world, rng.chance(0.6F) ? Kind::bag : Kind::box, rng);
  const auto& by = world.actors[carrier].entity;
  world.actors[thing].holds.push_back(
      {begin, end, by.id, hand_position(by, world.actors[thing].entity)});
  return thing;
}

void add_light_switch(World& world, double spacing, Rng& rng) {
  world.dials.push_back({.what = "light", .changes = {{0, rng.chance(0.75F) ? "on" : "off"}}});
  auto& changes = world.dials.back().changes;
  for (double t = rng.seconds(2, 6) * spacing; t < world.length; t += rng.seconds(2, 6) * spacing) {
    const bool on = changes.back().value == "off";
    changes.push_back({t, on ? "on" : "off"});
    world.events.push_back({.type = on ? EventType::switch_on : EventType::switch_off,
                            .begin = t,
                            .end = t,
                            .text = "light"});
  }
}

void put_street_lamps(World& world, Rng& rng) {
  if (world.lighting.time == TimeOfDay::day) return;
  const Vec3 tone = rng.chance(0.5F) ? Vec3{1, 0.7F, 0.4F} : Vec3{0.9F, 0.95F, 1};
  const float power = rng.between(9, 20) * (world.lighting.time == TimeOfDay::dusk ? 0.4F : 1.0F);
  for (const float z : {-9.0F, 2.0F, 12.0F})
    world.lighting.lamps.push_back(
        {{rng.between(3, 6), rng.between(5, 6.5F), z + rng.between(-2, 2)}, tone * power});
}

void run_clock(Board& face, int minutes, double seconds, Rng& rng) {
  const double offset = rng.seconds(1, 60);
  for (int m = 1; offset + 60.0 * (m - 1) < seconds; ++m)
    face.text.changes.push_back({offset + 60.0 * (m - 1), clock_text(minutes + m)});
}

Board make_board(const World& world,
                 std::string what,
                 std::string text,
                 Vec3 middle,
                 float width,
                 float height,
                 TextStyle style) {
  Vec3 across = world.camera.right;
  across.y = 0;
  across = normalized(across) * width;
  const Vec3 down{0, -height, 0};
  Board board{.text = {.what = std::move(what)},
              .corner = middle - across * 0.5F - down * 0.5F,
              .across = across,
              .down = down,
              .style = style};
  board.text.changes.push_back({0, std::move(text)});
  return board;
}

}  // namespace hindsight::world
