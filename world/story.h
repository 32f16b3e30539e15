// What a whole video tells, whatever it is put together from: one world, the shots of a programme
// or clips that were joined.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "world/scene.h"

namespace hindsight::world {

/// A stretch in which the camera looks at one scene, [begin, end) seconds.
struct Phase {
  double begin = 0;
  double end = 0;
  std::string scene;  ///< World::scene
  int place = 0;      ///< the same number: the same place
};

/// Something rare that was put in on purpose, and at least five like it in all but one attribute.
struct Needle {
  double begin = 0;
  double end = 0;
  int entity = 0;      ///< 0: it is a text
  std::string what{};  ///< the board that shows it, empty for an entity
  std::string text{};
};

struct Story {
  std::uint64_t seed = 0;
  Split split = Split::test;
  std::map<int, Entity> cast{};  ///< by the id that sights carry
  std::vector<Event> events{};
  std::vector<Phase> phases{};
  std::vector<Needle> needles{};
};

/// A single world from 0 to its length.
[[nodiscard]] Story story_of(const World& world);
/// The part of an event in [begin, end), moved by `shift`; false when nothing of it lies there.
[[nodiscard]] bool clip_event(Event& event, double begin, double end, double shift);

}  // namespace hindsight::world
