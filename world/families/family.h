// The scene families behind one interface: a name and a function that builds a world from a seed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "world/scene.h"

namespace hindsight::world {

struct WorldSpec {
  std::string family;  ///< one of the names, not "mix"
  std::uint64_t seed = 1;
  Split split = Split::train;
  double seconds = 60;
  /// Mean seconds between arrivals.
  double spacing = 5;
};

struct Family {
  std::string_view name;
  World (*build)(const WorldSpec& spec);
  bool in_training;
};

[[nodiscard]] std::span<const Family> families();
/// Throws Error(usage) listing the names when there is no such family.
[[nodiscard]] World make_world(const WorldSpec& spec);
/// "mix" draws among the families of the split; any other name is checked and returned.
[[nodiscard]] std::string draw_family(std::string_view wanted, Split split, Rng& rng);

[[nodiscard]] World build_road_gate(const WorldSpec& spec);
[[nodiscard]] World build_table(const WorldSpec& spec);
[[nodiscard]] World build_sign_clock(const WorldSpec& spec);
[[nodiscard]] World build_corridor_door(const WorldSpec& spec);
[[nodiscard]] World build_parking(const WorldSpec& spec);
[[nodiscard]] World build_counter_queue(const WorldSpec& spec);
[[nodiscard]] World build_slides(const WorldSpec& spec);
/// One shot of a programme: a set of another family, or a title card.
[[nodiscard]] World build_programme(const WorldSpec& spec);

}  // namespace hindsight::world
