#include "sampler/motion.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace hindsight::sampler {
namespace {

// The threshold is this multiple of the strength of quiet moments, within bounds: a quiet picture
// reaches 4 to 8 by chance (the largest of 2304 cells), the bottles and cars of real clips 20 to
// 200.
constexpr float kOverQuiet = 2.5F;
constexpr float kLeastThreshold = kThing;
constexpr float kMostThreshold = 30;
constexpr double kQuietMoments = 0.35;
constexpr MediaDuration kMostTime = std::chrono::seconds{5};
// Changed cells up to this far apart belong to one thing: one whose inside looks the same wherever
// it moves changes along its edges.
constexpr int kReach = 2;

using Strengths = std::array<float, kNumCells>;

/// Cells of one thing, and how much the strongest of them changes.
struct Blob {
  int left = kLumaWidth;
  int top = kLumaHeight;
  int right = -1;
  int bottom = -1;
  int cells = 0;
  float strength = 0;

  void add(int x, int y, float change) {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x);
    bottom = std::max(bottom, y);
    ++cells;
    strength = std::max(strength, change);
  }
  [[nodiscard]] Extent extent() const {
    return {static_cast<float>(right - left + 1) / kLumaWidth,
            static_cast<float>(bottom - top + 1) / kLumaHeight};
  }
};

/// The changed cells that hang together with `start`; they are set to 0.
Blob take_blob(Strengths& strengths, std::size_t start) {
  Blob blob;
  std::vector<std::size_t> waiting;
  const auto take = [&](std::size_t cell) {
    const auto x = static_cast<int>(cell % kLumaWidth);
    const auto y = static_cast<int>(cell / kLumaWidth);
    blob.add(x, y, std::exchange(strengths[cell], 0.0F));
    waiting.push_back(cell);
  };
  take(start);
  while (!waiting.empty()) {
    const auto cell = waiting.back();
    waiting.pop_back();
    for_cells_near(cell, kReach, [&](std::size_t near) {
      if (strengths[near] > kChanged) take(near);
    });
  }
  return blob;
}

}  // namespace

Motion measure_motion(MediaTime time,
                      const ChangeMap& map,
                      const std::array<float, kNumCells>& deviations) {
  Motion motion{.time = time};
  int changed = 0;
  for (std::size_t i = 0; i < kNumCells; ++i) {
    const float strength = static_cast<float>(map[i]) / deviations[i];
    motion.strength = std::max(motion.strength, strength);
    changed += strength > kChanged ? 1 : 0;
  }
  motion.area = static_cast<float>(changed) / static_cast<float>(kNumCells);
  if (motion.area > kWholePicture) motion.strength = 0;
  return motion;
}

Extent smallest_thing(const ChangeMap& map, const std::array<float, kNumCells>& deviations) {
  Strengths strengths{};
  for (std::size_t i = 0; i < kNumCells; ++i)
    strengths[i] = static_cast<float>(map[i]) / deviations[i];
  Extent smallest{};
  Extent speck{};  // of a single cell: counts where there is no other, it may be a piece of one
  for (std::size_t i = 0; i < kNumCells; ++i) {
    if (strengths[i] <= kChanged) continue;
    const Blob blob = take_blob(strengths, i);
    if (blob.strength < kThing) continue;
    Extent& known = blob.cells > 1 ? smallest : speck;
    const bool first = known.width == 0;
    if (first || short_side(blob.extent()) < short_side(known)) known = blob.extent();
  }
  return smallest.width > 0 ? smallest : speck;
}

float motion_threshold(std::span<const Motion> motion, std::span<const std::uint32_t> weights) {
  std::vector<std::pair<float, std::uint32_t>> strengths;
  for (std::size_t i = 0; i < motion.size(); ++i) {
    strengths.emplace_back(motion[i].strength, weights[i]);
  }
  std::sort(strengths.begin(), strengths.end());
  const double quiet = kQuietMoments * std::accumulate(weights.begin(), weights.end(), 0.0);
  double below = 0;
  for (const auto& [strength, weight] : strengths) {
    below += weight;
    if (below > quiet) return std::clamp(kOverQuiet * strength, kLeastThreshold, kMostThreshold);
  }
  return kLeastThreshold;
}

std::uint32_t look_weight(MediaDuration length) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>((length + kLookStep / 2) / kLookStep, 1, kMostTime / kLookStep));
}

}  // namespace hindsight::sampler
