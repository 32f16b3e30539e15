#include <array>

#include <fmt/format.h>

#include "core/error.h"
#include "world/families/family.h"

namespace hindsight::world {
namespace {

constexpr std::array kFamilies = {
    Family{"road_gate", build_road_gate, true},
    Family{"table", build_table, true},
    Family{"sign_clock", build_sign_clock, true},
    Family{"corridor_door", build_corridor_door, true},
    Family{"parking", build_parking, false},
    Family{"counter_queue", build_counter_queue, true},
    Family{"slides", build_slides, true},
    Family{"programme", build_programme, true},
};

const Family& find_family(std::string_view name) {
  std::string names;
  for (const auto& family : kFamilies) {
    if (family.name == name) return family;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", family.name);
  }
  throw Error(ErrorCode::usage,
              fmt::format("there is no scene family '{}'; choose mix or one of: {}", name, names));
}

}  // namespace

std::span<const Family> families() { return kFamilies; }

World make_world(const WorldSpec& spec) { return find_family(spec.family).build(spec); }

std::string draw_family(std::string_view wanted, Split split, Rng& rng) {
  if (wanted != "mix") return std::string(find_family(wanted).name);
  for (;;) {
    const Family& family = rng.pick(kFamilies);
    if (split == Split::test || family.in_training) return std::string(family.name);
  }
}

}  // namespace hindsight::world
