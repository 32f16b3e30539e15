#include "sampler/motion.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace hindsight::sampler {
namespace {

// A cell that changes by this many deviations has changed.
constexpr float kChanged = 6;
// The threshold is this multiple of the strength of quiet moments, within bounds: a quiet picture
// reaches 4 to 8 by chance (the largest of 2304 cells), the bottles and cars of real clips 20 to
// 200.
constexpr float kOverQuiet = 2.5F;
constexpr float kLeastThreshold = 12;
constexpr float kMostThreshold = 30;
constexpr double kQuietMoments = 0.35;
constexpr MediaDuration kMostTime = std::chrono::seconds{5};

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
