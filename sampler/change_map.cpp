#include "sampler/change_map.h"

#include <algorithm>
#include <cstdlib>

namespace hindsight::sampler {
namespace {

constexpr std::size_t kBands = 16;
constexpr std::size_t kChanges = 511;  // -255 .. 255
// A band with fewer cells has no median of its own.
constexpr int kLeastInBand = 96;
// The share of a cell's changes, from the smallest, that noise is estimated from: what moves less
// than two thirds of the time does not count as noise.  |x| of a normal variable is below 0.454
// deviations in 35 % of all cases.
constexpr double kQuietShare = 0.35;
constexpr double kQuietDeviations = 0.454;

using Counts = std::array<std::uint16_t, kChanges>;

int median_of(const Counts& counts, int total) {
  int below = 0;
  for (std::size_t i = 0; i < kChanges; ++i) {
    below += counts[i];
    if (2 * below >= total) return static_cast<int>(i) - 255;
  }
  return 0;
}

}  // namespace

ChangeMap change_map(const SmallPicture& before, const SmallPicture& after) {
  std::array<Counts, kBands> counts{};
  Counts all{};
  std::array<int, kBands> totals{};
  for (std::size_t i = 0; i < kNumCells; ++i) {
    const auto band = static_cast<std::size_t>(before.luma[i] / (256 / kBands));
    const auto change = static_cast<std::size_t>(after.luma[i] - before.luma[i] + 255);
    ++counts[band][change];
    ++all[change];
    ++totals[band];
  }
  std::array<int, kBands> common{};
  const int overall = median_of(all, kNumCells);
  for (std::size_t band = 0; band < kBands; ++band) {
    common[band] = totals[band] >= kLeastInBand ? median_of(counts[band], totals[band]) : overall;
  }
  ChangeMap map{};
  for (std::size_t i = 0; i < kNumCells; ++i) {
    const auto band = static_cast<std::size_t>(before.luma[i] / (256 / kBands));
    const int own = after.luma[i] - before.luma[i] - common[band];
    map[i] = static_cast<std::uint8_t>(std::min(std::abs(own), 255));
  }
  return map;
}

int largest_change(const SmallPicture& before, const SmallPicture& after) {
  return std::ranges::max(change_map(before, after));
}

void CellNoise::add(const ChangeMap& map, std::uint32_t weight) {
  for (std::size_t i = 0; i < kNumCells; ++i) {
    counts_[i * kLevels + std::min<std::size_t>(map[i], kLevels - 1)] += weight;
  }
  num_maps_ += weight;
}

std::array<float, kNumCells> CellNoise::deviations() const {
  std::array<float, kNumCells> deviations{};
  const double wanted = kQuietShare * num_maps_;
  for (std::size_t i = 0; i < kNumCells; ++i) {
    const std::uint32_t* counts = counts_.data() + i * kLevels;
    double below = 0;
    std::size_t level = 0;
    while (level + 1 < kLevels && below + counts[level] < wanted) below += counts[level++];
    // Changes are whole levels: level n stands for [n - 0.5, n + 0.5), level 0 for [0, 0.5).
    const double share = counts[level] == 0 ? 0 : (wanted - below) / counts[level];
    const double quiet = level == 0 ? 0.5 * share : static_cast<double>(level) - 0.5 + share;
    deviations[i] = static_cast<float>(std::max(double{kLeastDeviation}, quiet / kQuietDeviations));
  }
  return deviations;
}

}  // namespace hindsight::sampler
