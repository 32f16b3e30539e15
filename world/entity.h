// What can be seen in a world: kind x colour x size, and the words for them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "world/rng.h"
#include "world/vec.h"

namespace hindsight::world {

enum class Kind { person, car, truck, bicycle, dog, box, bag, ball, bottle, hand };
inline constexpr int kNumKinds = 10;
enum class Color { red, orange, yellow, green, blue, purple, brown, black, gray, white };
inline constexpr int kNumColors = 10;
enum class Size { small, medium, large };

[[nodiscard]] std::string_view to_string(Kind kind);
[[nodiscard]] std::string_view plural(Kind kind);
[[nodiscard]] std::string_view to_string(Color color);
[[nodiscard]] std::string_view to_string(Size size);

struct Entity {
  int id = 0;
  Kind kind = Kind::box;
  Color color = Color::gray;
  Size size = Size::medium;
  /// One shade within the named colour's range, linear light.
  Vec3 tint{};
  /// Seeds everything about its shape that has no name.
  std::uint64_t look = 0;
  /// Of the whole body beside its named size: small versions for a table.
  float scale = 1;
};

/// A linear shade of the named colour; neighbouring names do not meet.
[[nodiscard]] Vec3 shade_of(Color color, Rng& rng);
/// sRGB in 0..1 to linear light (power 2.2).
[[nodiscard]] Vec3 to_linear(Vec3 display);

enum class Split { train, test };
[[nodiscard]] std::string_view to_string(Split split);

struct Combination {
  Kind kind;
  Color color;
};
/// Combinations that no training world shows.
[[nodiscard]] std::span<const Combination> held_out_combinations();
[[nodiscard]] bool is_held_out(Kind kind, Color color);

/// Colours that things of this kind have.
[[nodiscard]] std::span<const Color> colors_of(Kind kind);
/// A random colour for the kind: never a held-out combination in training, often one in testing.
[[nodiscard]] Color draw_color(Kind kind, Split split, Rng& rng);
[[nodiscard]] Entity draw_entity(int id, Kind kind, Split split, Rng& rng);

/// Scale of a size within its kind: 0.8, 1, 1.25 or so.
[[nodiscard]] float scale_of(Size size);

}  // namespace hindsight::world
