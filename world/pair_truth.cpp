#include "world/pair_truth.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hindsight::world {
namespace {

// Below these a careful person looking at the frame could not say either.
constexpr float kMinPixels = 45;
constexpr int kMinSide = 5;
constexpr float kMinContrast = 12;
constexpr float kMinLight = 0.16F;
constexpr float kMinLetter = 6.5F;
/// Fewer pixels than this are as good as absent.
constexpr float kNoPixels = 2.5F;

const Sight* find_sight(const Shot& shot, int entity) {
  for (const auto& s : shot.sights)
    if (s.entity == entity && s.pixels > 0) return &s;
  return nullptr;
}

bool is_clear(const Sight& s, Kind kind) {
  return s.pixels >= kMinPixels && std::min(s.box.width(), s.box.height()) >= kMinSide &&
         s.contrast >= kMinContrast && shows_enough(s, kind);
}

Motion motion_between(const Sight& a, const Sight& b, int width) {
  const float dx = b.anchor_x - a.anchor_x, dy = b.anchor_y - a.anchor_y;
  const auto w = static_cast<float>(width);
  const float far = std::max(std::abs(dx), std::abs(dy)),
              other = std::min(std::abs(dx), std::abs(dy));
  if (far < 0.004F * w)
    return a.pose.speed < 0.05F && b.pose.speed < 0.05F ? Motion::still : Motion::unclear;
  if (far < 0.018F * w || far < 1.7F * other) return Motion::unclear;
  if (std::abs(dx) > std::abs(dy)) return dx < 0 ? Motion::left : Motion::right;
  return dy < 0 ? Motion::up : Motion::down;
}

Thing make_thing(
    const World& world, const Entity& entity, const Sight* a, const Sight* b, int width, bool lit) {
  Thing thing{.entity = &entity};
  if (a != nullptr) thing.boxes[0] = a->box;
  if (b == nullptr) return thing;
  thing.boxes[1] = b->box;
  thing.visible = b->visible;
  thing.clear = is_clear(*b, entity.kind);
  const auto& lighting = lit || !world.dark ? world.lighting : *world.dark;
  const Vec3 light =
      lighting.arriving(b->pose.placement.at + Vec3{0, 0.6F, 0}, {0, 1, 0}) * world.exposure;
  thing.color_clear = thing.clear && std::min({light.x, light.y, light.z}) > kMinLight;
  if (a != nullptr) {
    thing.motion = motion_between(*a, *b, width);
    if (a->pose.holder == b->pose.holder)
      thing.holder = b->pose.holder;
    else
      thing.clear = false;
  }
  return thing;
}

}  // namespace

std::string_view to_string(Motion motion) {
  constexpr std::array<std::string_view, 6> kNames = {
      "left", "right", "up", "down", "still", "unclear"};
  return kNames[static_cast<std::size_t>(motion)];
}

bool can_move(Kind kind) {
  return kind == Kind::person || kind == Kind::car || kind == Kind::truck ||
         kind == Kind::bicycle || kind == Kind::dog;
}

const Thing* PairTruth::find(int entity) const {
  for (const auto& thing : things)
    if (thing.entity->id == entity) return &thing;
  return nullptr;
}

PairTruth judge_pair(const World& world,
                     const Shot& first,
                     double first_time,
                     const Shot& second,
                     double second_time) {
  PairTruth truth{.width = second.picture.width, .height = second.picture.height};
  truth.outdoors = world.outdoors;
  truth.scene = world.scene;
  truth.kinds = world.kinds;
  truth.time = world.lighting.time;
  truth.rain = world.rain;
  const Dial* lamp = world.find_dial("light");
  const bool lit = lamp == nullptr || lamp->value_at(second_time) == "on";
  for (const auto& actor : world.actors) {
    const Sight* a = find_sight(first, actor.entity.id);
    const Sight* b = find_sight(second, actor.entity.id);
    if (std::max(a != nullptr ? a->pixels : 0, b != nullptr ? b->pixels : 0) < kNoPixels) continue;
    truth.things.push_back(make_thing(world, actor.entity, a, b, truth.width, lit));
  }
  std::stable_sort(truth.things.begin(), truth.things.end(), [](const Thing& l, const Thing& r) {
    return l.boxes[1].center_x() < r.boxes[1].center_x();
  });
  for (std::size_t i = 0; i < second.boards.size() && i < first.boards.size(); ++i) {
    const auto& a = first.boards[i];
    const auto& b = second.boards[i];
    if (b.box.width() <= 1 || b.box.height() <= 1) continue;
    const bool readable =
        a.clear && b.clear && std::min(a.letter_height, b.letter_height) >= kMinLetter;
    truth.texts.push_back(
        {.what = b.what, .text = b.text, .before = a.text, .box = b.box, .readable = readable});
  }
  for (std::size_t i = 0; i < world.dials.size(); ++i) {
    const auto& dial = world.dials[i];
    StateTruth state{.what = dial.what,
                     .value = dial.value_at(second_time),
                     .before = dial.value_at(first_time)};
    state.clear = state.value == state.before;
    for (std::size_t f = 0; f < world.fixtures.size(); ++f) {
      if (world.fixtures[f].dial != static_cast<int>(i)) continue;
      const bool rests = dial.age_at(first_time) > 0.85;
      state.clear = state.clear && rests && second.fixture_pixels[f] >= kMinPixels &&
                    first.fixture_pixels[f] >= kMinPixels;
    }
    truth.states.push_back(std::move(state));
  }
  return truth;
}

}  // namespace hindsight::world
