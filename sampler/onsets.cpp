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
  const auto x = static_cast<int>(cell % kLumaWidth);
  const auto y = static_cast<int>(cell / kLumaWidth);
  MediaTime since = time;
  for (int ny = std::max(0, y - kReach); ny <= std::min(kLumaHeight - 1, y + kReach); ++ny) {
    for (int nx = std::max(0, x - kReach); nx <= std::min(kLumaWidth - 1, x + kReach); ++nx) {
      const auto& near = changes_[static_cast<std::size_t>(ny * kLumaWidth + nx)];
      if (time - near.last <= kJustBefore) since = std::min(since, near.since);
    }
  }
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
