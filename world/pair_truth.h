// What is true of a frame pair, with "cannot be decided fairly" as a third value.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "world/renderer.h"

namespace hindsight::world {

enum class Motion { left, right, up, down, still, unclear };
[[nodiscard]] std::string_view to_string(Motion motion);

/// One entity of which at least some pixels are in one of the frames.
struct Thing {
  const Entity* entity = nullptr;
  std::array<PixelBox, 2> boxes{};
  float visible = 0;   ///< unhidden share of its silhouette in the second frame
  bool clear = false;  ///< large, near, lit and unhidden enough to be named
  bool color_clear = false;
  Motion motion = Motion::unclear;
  int holder = 0;  ///< entity that holds it in both frames, 0: none
};

struct TextTruth {
  std::string what;
  std::string text;    ///< of the second frame
  std::string before;  ///< of the first frame
  PixelBox box{};
  bool readable = false;  ///< in both frames
};

struct StateTruth {
  std::string what;
  std::string value;
  std::string before;
  bool clear = false;  ///< seen and at rest in both frames
};

struct PairTruth {
  int width = 0;
  int height = 0;
  bool outdoors = false;
  std::string scene{};  ///< World::scene
  std::span<const Kind> kinds{};  ///< of the world
  TimeOfDay time = TimeOfDay::day;
  bool rain = false;
  std::vector<Thing> things{};  ///< left to right by the second frame
  std::vector<TextTruth> texts{};
  std::vector<StateTruth> states{};

  [[nodiscard]] const Thing* find(int entity) const;
};

[[nodiscard]] bool can_move(Kind kind);
/// `first` and `second` are shots of `world` at the two times, with silhouettes.
[[nodiscard]] PairTruth judge_pair(const World& world,
                                   const Shot& first,
                                   double first_time,
                                   const Shot& second,
                                   double second_time);

}  // namespace hindsight::world
