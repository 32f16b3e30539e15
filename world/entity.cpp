#include "world/entity.h"

#include <cmath>

namespace hindsight::world {
namespace {

constexpr std::array<std::string_view, kNumKinds> kKindNames = {
    "person", "car", "truck", "bicycle", "dog", "box", "bag", "ball", "bottle", "hand"};
constexpr std::array<std::string_view, kNumKinds> kKindPlurals = {
    "people", "cars", "trucks", "bicycles", "dogs", "boxes", "bags", "balls", "bottles", "hands"};
constexpr std::array<std::string_view, kNumColors> kColorNames = {
    "red", "orange", "yellow", "green", "blue", "purple", "brown", "black", "gray", "white"};

constexpr std::array kAllColors = {Color::red,
                                   Color::orange,
                                   Color::yellow,
                                   Color::green,
                                   Color::blue,
                                   Color::purple,
                                   Color::brown,
                                   Color::black,
                                   Color::gray,
                                   Color::white};
constexpr std::array kPaints = {Color::red,
                                Color::orange,
                                Color::yellow,
                                Color::green,
                                Color::blue,
                                Color::black,
                                Color::gray,
                                Color::white,
                                Color::white,
                                Color::gray,
                                Color::red,
                                Color::blue};
constexpr std::array kFurs = {Color::brown, Color::black, Color::gray, Color::white};
constexpr std::array kClear = {Color::green,
                               Color::blue,
                               Color::brown,
                               Color::white,
                               Color::red,
                               Color::orange,
                               Color::purple,
                               Color::blue};

constexpr std::array kHeldOut = {Combination{Kind::car, Color::green},
                                 Combination{Kind::truck, Color::orange},
                                 Combination{Kind::person, Color::purple},
                                 Combination{Kind::bicycle, Color::white},
                                 Combination{Kind::bag, Color::red},
                                 Combination{Kind::ball, Color::blue},
                                 Combination{Kind::bottle, Color::orange},
                                 Combination{Kind::box, Color::yellow},
                                 Combination{Kind::dog, Color::gray},
                                 Combination{Kind::hand, Color::green}};

/// Ranges of hue in degrees, saturation and value, display space.
struct HsvRange {
  float hue_low, hue_high, saturation_low, saturation_high, value_low, value_high;
};
constexpr std::array<HsvRange, kNumColors> kRanges = {{
    {-8, 7, 0.78F, 0.98F, 0.60F, 0.92F},     // red
    {23, 33, 0.85F, 1.00F, 0.90F, 1.00F},    // orange
    {49, 58, 0.75F, 1.00F, 0.88F, 1.00F},    // yellow
    {100, 155, 0.55F, 0.95F, 0.38F, 0.75F},  // green
    {205, 232, 0.65F, 0.98F, 0.50F, 0.95F},  // blue
    {272, 298, 0.50F, 0.85F, 0.45F, 0.78F},  // purple
    {18, 30, 0.55F, 0.75F, 0.30F, 0.46F},    // brown
    {0, 360, 0.00F, 0.15F, 0.04F, 0.13F},    // black
    {0, 360, 0.00F, 0.06F, 0.42F, 0.58F},    // gray
    {0, 360, 0.00F, 0.04F, 0.90F, 1.00F},    // white
}};

Vec3 hsv_to_display(float hue, float saturation, float value) {
  const float h = (hue < 0 ? hue + 360 : hue >= 360 ? hue - 360 : hue) / 60;
  const auto channel = [&](float offset) {
    float k = offset + h;
    k = k >= 6 ? k - 6 : k;
    const float ramp = clamp01(std::min(k, 4 - k));
    return value - value * saturation * ramp;
  };
  return {channel(5), channel(3), channel(1)};
}

}  // namespace

std::string_view to_string(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }
std::string_view plural(Kind kind) { return kKindPlurals[static_cast<std::size_t>(kind)]; }
std::string_view to_string(Color color) { return kColorNames[static_cast<std::size_t>(color)]; }
std::string_view to_string(Size size) {
  return size == Size::small ? "small" : size == Size::medium ? "medium" : "large";
}
std::string_view to_string(Split split) { return split == Split::train ? "train" : "test"; }

Vec3 to_linear(Vec3 display) {
  return {std::pow(display.x, 2.2F), std::pow(display.y, 2.2F), std::pow(display.z, 2.2F)};
}

Vec3 shade_of(Color color, Rng& rng) {
  const auto& r = kRanges[static_cast<std::size_t>(color)];
  const float hue = rng.between(r.hue_low, r.hue_high);
  const float saturation = rng.between(r.saturation_low, r.saturation_high);
  return to_linear(hsv_to_display(hue, saturation, rng.between(r.value_low, r.value_high)));
}

std::span<const Combination> held_out_combinations() { return kHeldOut; }

bool is_held_out(Kind kind, Color color) {
  return std::any_of(kHeldOut.begin(), kHeldOut.end(), [&](const Combination& c) {
    return c.kind == kind && c.color == color;
  });
}

std::span<const Color> colors_of(Kind kind) {
  switch (kind) {
    case Kind::car:
    case Kind::truck:
    case Kind::bicycle:
      return kPaints;
    case Kind::dog:
      return kFurs;
    case Kind::bottle:
      return kClear;
    default:
      return kAllColors;
  }
}

Color draw_color(Kind kind, Split split, Rng& rng) {
  if (split == Split::test && rng.chance(0.2F)) {
    for (const auto& c : kHeldOut)
      if (c.kind == kind) return c.color;
  }
  for (;;) {
    const Color color = rng.pick(colors_of(kind));
    if (!is_held_out(kind, color)) return color;
  }
}

Entity draw_entity(int id, Kind kind, Split split, Rng& rng) {
  Entity entity{.id = id, .kind = kind};
  entity.color = draw_color(kind, split, rng);
  entity.size = static_cast<Size>(rng.below(3));
  entity.tint = shade_of(entity.color, rng);
  entity.look = rng.next();
  return entity;
}

float scale_of(Size size) {
  return size == Size::small ? 0.82F : size == Size::medium ? 1.0F : 1.22F;
}

}  // namespace hindsight::world
