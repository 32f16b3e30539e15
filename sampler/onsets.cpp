#include "sampler/onsets.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "sampler/motion.h"

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// What moves is found within so many cells of where it was.
constexpr int kReach = 3;
constexpr MediaDuration kJustBefore = 1s;
// From the first sign of a thing to a change as large as one.
constexpr MediaDuration kRise = 400ms;

}  // namespace

MediaTime OnsetWatch::since(std::size_t cell, MediaTime time) const {
  MediaTime since = time;
  for_cells_near(cell, kReach, [&](std::size_t near) {
    if (time - changes_[near].last <= kJustBefore) since = std::min(since, changes_[near].since);
  });
  return since;
}

bool OnsetWatch::look(MediaTime time,
                      const ChangeMap& map,
                      const std::array<float, kNumCells>& deviations) {
  auto changes = changes_;
  if (!told_) told_ = time;
  auto told = *told_;
  for (std::size_t i = 0; i < kNumCells; ++i) {
    const float strength = static_cast<float>(map[i]) / deviations[i];
    if (strength <= kChanged) continue;
    changes[i] = {since(i, time), time};
    const bool is_sudden = time - changes[i].since <= kRise;
    if (strength >= kThing && is_sudden) told = std::max(told, changes[i].since);
  }
  changes_ = changes;
  return std::exchange(told_, told) < told;
}

}  // namespace hindsight::sampler
