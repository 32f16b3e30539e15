// A lecture: a board of slides, a speaker beside or before it.
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "world/families/builder.h"

namespace hindsight::world {
namespace {

std::string draw_body_line(Rng& rng) {
  constexpr std::array<std::string_view, 16> kFirst = {"MORE",
                                                       "LESS",
                                                       "NEW",
                                                       "OLD",
                                                       "FAST",
                                                       "SLOW",
                                                       "BIG",
                                                       "OPEN",
                                                       "GOOD",
                                                       "LOW",
                                                       "HIGH",
                                                       "FIRST",
                                                       "NEXT",
                                                       "LONG",
                                                       "SAFE",
                                                       "FEW"};
  constexpr std::array<std::string_view, 16> kSecond = {"ROADS",
                                                        "CARS",
                                                        "TREES",
                                                        "HOMES",
                                                        "RULES",
                                                        "DATA",
                                                        "TOOLS",
                                                        "IDEAS",
                                                        "RISKS",
                                                        "LINES",
                                                        "RATES",
                                                        "FACTS",
                                                        "MAPS",
                                                        "STEPS",
                                                        "PEAKS",
                                                        "SITES"};
  const float k = rng.uniform();
  if (k < 0.5F) return fmt::format("{} {}", rng.pick(kFirst), rng.pick(kSecond));
  if (k < 0.8F) return fmt::format("{} {}", rng.whole(2, 99), rng.pick(kSecond));
  return fmt::format("{}: {}", rng.pick(kSecond), rng.whole(1, 999));
}

std::string draw_slide(Rng& rng) {
  std::string text = draw_title_text(rng);
  for (int lines = rng.whole(1, 3); lines > 0; --lines) text += '\n' + draw_body_line(rng);
  return text;
}

/// A projection, a dark projection or a lit sheet.
TextStyle draw_slide_style(Rng& rng) {
  TextStyle style = draw_text_style(false, rng);
  style.weight = rng.between(0.08F, 0.115F);
  style.spacing = rng.between(0.24F, 0.3F);
  style.glows = rng.chance(0.7F);
  return style;
}

void turn_slides(World& world, Board& board, const WorldSpec& spec, Rng& rng) {
  for (double t = rng.seconds(0.4, 2) * spec.spacing; t < spec.seconds;
       t += rng.seconds(0.8, 3) * spec.spacing) {
    std::string text = draw_slide(rng);
    const std::string title(title_of(text));
    if (title == title_of(board.text.changes.back().value)) continue;
    world.events.push_back(
        {.type = EventType::change_text, .begin = t, .end = t, .text = "slide: " + title});
    board.text.changes.push_back({t, std::move(text)});
  }
}

/// Comes in, stands at a few places and goes out again, again and again.
void add_speaker(World& world, const WorldSpec& spec, float half, float far, Rng& rng) {
  const std::size_t who = add_actor(world, Kind::person, rng);
  const int id = world.actors[who].entity.id;
  const float out = half * 1.3F + 2.5F;
  const float side = rng.chance(0.5F) ? 1.0F : -1.0F;
  const float depth = rng.between(0.35F, std::min(1.2F, far * 0.25F));
  for (double t = rng.seconds(-20, 2); t < spec.seconds; t += rng.seconds(0.5, 3) * spec.spacing) {
    std::vector<Vec3> points = {{3 - depth, 0, side * out}};
    std::vector<double> pauses = {0};
    for (int stops = rng.whole(1, 4); stops > 0; --stops) {
      const float where = rng.chance(0.75F) ? side * half * rng.between(0.85F, 1.12F)
                                            : half * rng.between(-0.8F, 0.8F);
      points.push_back({3 - depth, 0, where});
      pauses.push_back(rng.seconds(0.5, 3) * spec.spacing);
    }
    points.push_back({3 - depth, 0, side * out});
    pauses.push_back(0);
    Stay way = make_way(t, points, pauses, rng.between(0.7F, 1.5F));
    const double end = way.keys.back().t;
    world.actors[who].stays.push_back(std::move(way));
    world.events.push_back({.type = EventType::enter, .begin = t, .end = t, .entity = id});
    world.events.push_back({.type = EventType::leave, .begin = end, .end = end, .entity = id});
    t = end;
  }
}

}  // namespace

World build_slides(const WorldSpec& spec) {
  Rng rng(spec.seed ^ 0x736C6964U);
  World world = begin_world(spec, false, rng);
  constexpr std::array kWalls = {
      Grain::plain, Grain::plain, Grain::concrete, Grain::planks, Grain::brick};
  constexpr std::array kFloors = {Grain::carpet, Grain::planks, Grain::tiles};
  world.surfaces.push_back(flat(-12, -12, 4, 12, 0, draw_texture(rng.pick(kFloors), rng)));
  world.surfaces.push_back(
      upright({3, 0, -12}, {3, 0, 12}, 6, draw_texture(rng.pick(kWalls), rng)));
  const bool clock = rng.chance(0.2F);
  const float width = rng.between(2.4F, 3.4F);
  const float tall = width * rng.between(0.52F, 0.66F);
  const float middle = rng.between(0.85F, 1.2F) + tall / 2;
  const float focal = rng.between(1.0F, 1.6F);
  const float share = clock ? rng.between(0.56F, 0.64F) : rng.between(0.66F, 0.84F);
  const float far = focal * width / share;
  const Vec3 target{3, middle + (clock ? 0.14F * tall : 0), rng.between(-0.05F, 0.05F) * width};
  const float angle = rng.between(-0.28F, 0.28F);
  world.camera = Camera::look(
      target + heading_vector(kPi + angle) * far + Vec3{0, rng.between(-0.2F, 0.7F), 0},
      target,
      focal,
      rng.between(-0.02F, 0.02F));
  expose(world, target, rng);
  Board slide = make_board(
      world, "slide", draw_slide(rng), {2.93F, middle, 0}, width, tall, draw_slide_style(rng));
  slide.across = {0, 0, width};
  slide.corner = {2.93F, middle + tall / 2, -width / 2};
  turn_slides(world, slide, spec, rng);
  world.boards.push_back(std::move(slide));
  if (clock) {
    const int minutes = rng.below(24 * 60);
    const float wide = width * rng.between(0.38F, 0.48F);
    Board face = make_board(world,
                            "clock",
                            clock_text(minutes),
                            {},
                            wide,
                            wide * 0.36F,
                            draw_text_style(rng.chance(0.6F), rng));
    face.across = {0, 0, wide};
    face.corner = {2.93F, middle + tall / 2 + 0.06F + wide * 0.36F, -wide / 2};
    run_clock(face, minutes, spec.seconds, rng);
    world.boards.push_back(std::move(face));
  }
  if (rng.chance(0.5F))
    add_light_switch(world, spec.spacing, rng);
  else
    world.dark.reset();
  if (rng.chance(0.8F)) add_speaker(world, spec, width / 2, far, rng);
  return world;
}

}  // namespace hindsight::world
