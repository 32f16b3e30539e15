#include "sampler/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace hindsight::sampler {
namespace {

// Root mean square of the differences at which two pictures have nothing in common, in levels.
constexpr double kUnlike = 40;
// What a novelty must gain: a little less than one demand of weight 1 that looked like nothing
// seen.
constexpr double kLeastGain = 0.8;

template <std::size_t N>
double mean_square(const std::array<std::uint8_t, N>& a, const std::array<std::uint8_t, N>& b) {
  int sum = 0;  // at most 2304 * 255^2
  for (std::size_t i = 0; i < N; ++i) {
    const int difference = int{a[i]} - int{b[i]};
    sum += difference * difference;
  }
  return sum / static_cast<double>(N);
}

double likeness(const SmallPicture& a, const SmallPicture& b) {
  const double squares =
      mean_square(a.luma, b.luma) + mean_square(a.cb, b.cb) + mean_square(a.cr, b.cr);
  return std::max(0.0, 1 - std::sqrt(squares) / kUnlike);
}

/// How well each demand is represented by what was taken so far.
class Coverage {
 public:
  Coverage(Pictures pictures,
           const std::vector<Demand>& demands,
           const std::vector<Candidate>& candidates,
           MediaDuration reach)
      : demands_(demands), reach_(reach), seen_(demands.size(), 0), covered_(demands.size(), 0) {
    looks_.reserve(candidates.size() * demands.size());
    near_.reserve(candidates.size() * demands.size());
    for (const auto& candidate : candidates) {
      const auto& picture = pictures[candidate.picture];
      for (const auto& demand : demands) {
        const auto& wanted = pictures[demand.picture];
        const double distance = std::abs(to_seconds(wanted.time - picture.time));
        const double looks = likeness(picture, wanted);
        looks_.push_back(static_cast<float>(looks));
        near_.push_back(static_cast<float>(looks / (1 + distance / to_seconds(reach))));
      }
    }
  }

  /// `look` was taken before.
  void note(Pictures pictures, const SmallPicture& look) {
    for (std::size_t i = 0; i < demands_.size(); ++i) {
      const auto& wanted = pictures[demands_[i].picture];
      const double looks = likeness(look, wanted);
      const double distance = std::abs(to_seconds(wanted.time - look.time));
      seen_[i] = std::max(seen_[i], static_cast<float>(looks));
      covered_[i] =
          std::max(covered_[i], static_cast<float>(looks / (1 + distance / to_seconds(reach_))));
    }
  }

  [[nodiscard]] double gain(std::size_t candidate, Stage stage) const {
    const bool novelty = stage == Stage::novelty;
    const float* offered = (novelty ? looks_ : near_).data() + candidate * demands_.size();
    const auto& had = novelty ? seen_ : covered_;
    double gain = 0;
    for (std::size_t i = 0; i < demands_.size(); ++i) {
      gain += demands_[i].weight * std::max(0.0F, offered[i] - had[i]);
    }
    return gain;
  }

  void take(std::size_t candidate) {
    for (std::size_t i = 0; i < demands_.size(); ++i) {
      const std::size_t at = candidate * demands_.size() + i;
      seen_[i] = std::max(seen_[i], looks_[at]);
      covered_[i] = std::max(covered_[i], near_[at]);
    }
  }

 private:
  const std::vector<Demand>& demands_;
  MediaDuration reach_;
  std::vector<float> looks_;  // [candidates, demands]
  std::vector<float> near_;   // [candidates, demands]
  std::vector<float> seen_;
  std::vector<float> covered_;
};

}  // namespace

std::vector<std::size_t> coverage_order(Pictures pictures,
                                        const std::vector<Demand>& demands,
                                        const std::vector<Candidate>& candidates,
                                        MediaDuration reach,
                                        Pictures seen) {
  Coverage coverage(pictures, demands, candidates, reach);
  for (const auto& look : seen) coverage.note(pictures, look);
  std::vector<std::size_t> order;
  for (const Stage stage : {Stage::first_look, Stage::closer_look, Stage::glance, Stage::novelty}) {
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (candidates[i].stage == stage) waiting.push_back(i);
    }
    while (!waiting.empty()) {
      std::vector<double> gains;
      for (const auto i : waiting) gains.push_back(coverage.gain(i, stage));
      const auto best = std::max_element(gains.begin(), gains.end()) - gains.begin();
      if (stage == Stage::novelty && gains[static_cast<std::size_t>(best)] < kLeastGain) break;
      order.push_back(waiting[static_cast<std::size_t>(best)]);
      coverage.take(order.back());
      waiting.erase(waiting.begin() + best);
    }
  }
  return order;
}

}  // namespace hindsight::sampler
