// Things on a table, taken away and put back by hands; seen from the front or from above.
#include <array>
#include <cmath>

#include "world/families/builder.h"

namespace hindsight::world {
namespace {

constexpr float kTop = 0.75F;

struct Item {
  std::size_t actor;
  Vec3 place;
  bool on_table = true;
  double since = -10;
};

void furnish(World& world, bool above, Rng& rng) {
  constexpr std::array kTops = {
      Grain::wood, Grain::plain, Grain::planks, Grain::concrete, Grain::carpet};
  constexpr std::array kWalls = {
      Grain::plain, Grain::plain, Grain::brick, Grain::tiles, Grain::planks, Grain::concrete};
  world.surfaces.push_back(
      flat(-3, -4, 4, 4, 0, draw_texture(rng.chance(0.5F) ? Grain::carpet : Grain::tiles, rng)));
  const float deep = rng.between(0.55F, 0.9F);
  const float half = above ? rng.between(0.7F, 1.4F) : rng.between(0.9F, 2.0F);
  Texture top = draw_texture(rng.pick(kTops), rng);
  if (rng.chance(0.25F))
    top.base = Vec3{0.75F, 0.75F, 0.73F} * rng.between(0.7F, 1.1F), top.second = top.base * 0.9F;
  world.surfaces.push_back(flat(-deep, -half, deep, half, kTop, std::move(top)));
  const float x = deep + rng.between(0.02F, 1.2F);
  world.surfaces.push_back(
      upright({x, 0, -5}, {x, 0, 5}, 3.5F, draw_texture(rng.pick(kWalls), rng)));
  const float angle = rng.between(-0.2F, 0.2F);
  const float focal = rng.between(0.9F, 1.5F);
  const float far = focal * rng.between(0.95F, 1.6F);
  const float rise = above ? rng.between(1.6F, 6.0F) : rng.between(0.08F, 0.8F);
  const Vec3 away = normalized(heading_vector(kPi + angle) + Vec3{0, rise, 0});
  const Vec3 target{0, kTop + (above ? 0.02F : 0.12F), rng.between(-0.08F, 0.08F)};
  world.camera = Camera::look(target + away * far, target, focal, rng.between(-0.03F, 0.03F));
}

Stay rest(double begin, double end, Vec3 at, float heading) {
  return {{{begin, at, heading}, {end, at, heading}}};
}

/// The hand comes, does its work at `at` and goes: arrives at `t`, stays `pause`.
Stay reach(double t, double pause, double travel, Vec3 at, float heading) {
  const Vec3 away = at - heading_vector(heading) * 1.25F + Vec3{0, 0.12F, 0};
  const Vec3 above = at - heading_vector(heading) * 0.16F + Vec3{0, 0.07F, 0};
  return {{{t - travel, away, heading},
           {t - 0.25, above, heading},
           {t, at, heading},
           {t + pause, at, heading},
           {t + pause + 0.3, above, heading},
           {t + pause + travel, away, heading}}};
}

void handle(World& world, Item& item, std::size_t hand, double t, float heading, Rng& rng) {
  const int hand_id = world.actors[hand].entity.id;
  const double travel = rng.seconds(0.7, 1.6);
  const double pause = rng.seconds(0.15, 0.8);
  auto& thing = world.actors[item.actor];
  const float height = extent_of(thing.entity).height;
  const float grip = height * rng.between(0.72F, 0.95F);
  world.actors[hand].stays.push_back(
      reach(t, pause, travel, item.place + Vec3{0, grip, 0}, heading));
  const double begin = t - travel, end = t + pause + travel;
  const Vec3 offset{0.01F, -grip, 0};
  if (item.on_table) {
    thing.stays.push_back(rest(item.since, t + pause * 0.7, item.place, rng.between(0, 6)));
    thing.holds.push_back({t + pause * 0.7, end, hand_id, offset});
    world.events.push_back({.type = EventType::take,
                            .begin = begin,
                            .end = end,
                            .entity = hand_id,
                            .other = thing.entity.id});
  } else {
    thing.holds.push_back({begin, t + pause * 0.5, hand_id, offset});
    world.events.push_back({.type = EventType::put_back,
                            .begin = begin,
                            .end = end,
                            .entity = hand_id,
                            .other = thing.entity.id});
    item.since = t + pause * 0.5;
  }
  item.on_table = !item.on_table;
}

}  // namespace

World build_table(const WorldSpec& spec) {
  Rng rng(spec.seed ^ 0x7461626CU);
  World world = begin_world(spec, false, rng);
  world.dark.reset();
  const bool above = rng.chance(0.35F);
  furnish(world, above, rng);
  expose(world, {0, kTop, 0}, rng);
  const int count = std::max(rng.whole(1, 5), rng.whole(1, 5));
  const bool alike = rng.chance(0.3F);
  constexpr std::array kKinds = {Kind::bottle, Kind::bottle, Kind::ball, Kind::box, Kind::bag};
  const Kind first = rng.pick(kKinds);
  std::vector<Item> items;
  const float span = rng.between(0.75F, 1.0F);
  for (int i = 0; i < count; ++i) {
    const Kind kind = alike ? first : rng.pick(kKinds);
    const float scale = kind == Kind::bottle ? 1.0F : rng.between(0.34F, 0.45F);
    const std::size_t who = add_actor(world, kind, rng, scale);
    if (alike && i > 0 && rng.chance(0.6F)) {
      const auto id = world.actors[who].entity.id;
      world.actors[who].entity = world.actors[0].entity;
      world.actors[who].entity.id = id;
    }
    world.actors[who].ground = kTop;
    const float slot =
        count == 1 ? 0 : static_cast<float>(i) / static_cast<float>(count - 1) - 0.5F;
    const float room = count > 1 ? 0.25F / static_cast<float>(count) : 0.3F;
    items.push_back(
        {who, {rng.between(-0.18F, 0.18F), kTop, slot * span + rng.between(-room, room) * 0.3F}});
  }
  std::vector<std::size_t> hands;
  for (int h = 0; h < 2; ++h) {
    hands.push_back(add_actor(world, Kind::hand, rng));
    world.actors[hands.back()].ground = kTop;
  }
  constexpr std::array kHeadings = {
      0.0F, -kPi / 2, kPi / 2, 0.25F, kPi / 2 - 0.4F, -kPi / 2 + 0.4F};
  const float heading = rng.pick(kHeadings);
  double t = rng.seconds(1.8, 4);
  while (t < spec.seconds) {
    Item& item = items[static_cast<std::size_t>(rng.below(count))];
    handle(world, item, hands[static_cast<std::size_t>(rng.below(2))], t, heading, rng);
    t += 3.8 + rng.seconds(0.1, 1) * spec.spacing;
  }
  for (const auto& item : items)
    if (item.on_table)
      world.actors[item.actor].stays.push_back(
          rest(item.since, spec.seconds + 60, item.place, rng.between(0, 6)));
  return world;
}

}  // namespace hindsight::world
