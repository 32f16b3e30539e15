// A wall with a sign and a clock; people go past, the light goes on and off.
#include <array>
#include <cmath>

#include "world/families/builder.h"

namespace hindsight::world {
namespace {

void add_changes(World& world, Board& board, double seconds, double spacing, Rng& rng) {
  for (double t = rng.seconds(0.3, 1.5) * spacing * 2; t < seconds;
       t += rng.seconds(0.5, 1.5) * spacing * 3) {
    std::string text = draw_sign_text(rng);
    if (text == board.text.changes.back().value) continue;
    world.events.push_back({.type = EventType::change_text,
                            .begin = t,
                            .end = t,
                            .text = board.text.what + ": " + text});
    board.text.changes.push_back({t, std::move(text)});
  }
}

}  // namespace

World build_sign_clock(const WorldSpec& spec) {
  Rng rng(spec.seed ^ 0x7369676EU);
  World world = begin_world(spec, false, rng);
  constexpr std::array kWalls = {
      Grain::plain, Grain::plain, Grain::brick, Grain::concrete, Grain::planks, Grain::tiles};
  constexpr std::array kFloors = {Grain::tiles, Grain::carpet, Grain::planks, Grain::concrete};
  world.surfaces.push_back(flat(-12, -12, 4, 12, 0, draw_texture(rng.pick(kFloors), rng)));
  world.surfaces.push_back(
      upright({3, 0, -12}, {3, 0, 12}, 6, draw_texture(rng.pick(kWalls), rng)));
  const float focal = rng.between(0.9F, 1.5F);
  const float far = focal * rng.between(3.2F, 5.2F);
  const float angle = rng.between(-0.35F, 0.35F);
  const Vec3 target{3, rng.between(1.6F, 2.2F), rng.between(-0.2F, 0.2F)};
  world.camera = Camera::look(
      target + heading_vector(kPi + angle) * far + Vec3{0, rng.between(-0.3F, 1.2F), 0},
      target,
      focal,
      rng.between(-0.03F, 0.03F));
  expose(world, target, rng);
  const bool clock = rng.chance(0.6F);
  const float width = rng.between(1.9F, 3.0F);
  const float high = rng.between(2.2F, 2.7F);
  const Vec3 left{2.93F, high, clock && rng.chance(0.5F) ? -width * 0.12F : 0};
  Board sign = make_board(world,
                          "sign",
                          draw_sign_text(rng),
                          left,
                          width,
                          width * rng.between(0.26F, 0.36F),
                          draw_text_style(false, rng));
  sign.across = {0, 0, width};
  sign.corner = left + Vec3{0, length(sign.down) / 2, -width / 2};
  add_changes(world, sign, spec.seconds, spec.spacing, rng);
  if (clock) {
    const float wide = rng.between(1.3F, 1.9F);
    const int minutes = rng.below(24 * 60);
    const float tall = wide * rng.between(0.34F, 0.42F);
    Board face = make_board(world,
                            "clock",
                            clock_text(minutes),
                            {},
                            wide,
                            tall,
                            draw_text_style(rng.chance(0.6F), rng));
    face.across = {0, 0, wide};
    face.corner =
        Vec3{2.93F, high - length(sign.down) / 2 - 0.12F, rng.between(-0.4F, 0.4F) - wide / 2};
    run_clock(face, minutes, spec.seconds, rng);
    world.boards.push_back(std::move(face));
  }
  world.boards.insert(world.boards.begin(), std::move(sign));
  add_light_switch(world, spec.spacing, rng);
  for (double t = -4; t < spec.seconds; t += rng.seconds(0.5, 2.5) * spec.spacing) {
    const std::size_t who = add_actor(world, rng.chance(0.85F) ? Kind::person : Kind::dog, rng);
    const float z = rng.chance(0.5F) ? 5.0F : -5.0F;
    const float x = rng.between(0.6F, 2.4F);
    const double pause = rng.chance(0.35F) ? rng.seconds(1, 6) : 0;
    const std::array points = {Vec3{x, 0, -z}, Vec3{x, 0, rng.between(-1.4F, 1.4F)}, Vec3{x, 0, z}};
    const std::array pauses = {0.0, pause, 0.0};
    Stay way = make_way(t, points, pauses, rng.between(0.9F, 1.9F));
    const double end = way.keys.back().t;
    const auto entity = world.actors[who].entity;
    world.actors[who].stays.push_back(std::move(way));
    world.events.push_back({.type = EventType::pass, .begin = t, .end = end, .entity = entity.id});
    if (entity.kind == Kind::person && rng.chance(0.35F)) add_carried(world, who, t, end, rng);
  }
  return world;
}

}  // namespace hindsight::world
