// How many threads a product gets where that pays only while the other cores are idle.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace hindsight::model::torch::detail {

/// Chooses between few threads and many, by what either took lately for as much work.  Threads
/// of OpenMP wait for each other by spinning: beside programs that need the cores two take twice
/// as long as one, on idle cores little more than half.
class ThreadChoice {
 public:
  ThreadChoice(int few, int many) : threads_{few, many} {}

  /// For the next piece of work.
  [[nodiscard]] int threads() const { return threads_[side()]; }
  /// What it took.
  void add(double seconds, std::int64_t work) {
    const double taken = seconds / static_cast<double>(work);
    double& mean = seconds_[side()];
    mean = mean == 0 ? taken : turn_ < kTrials ? std::min(mean, taken) : 0.8 * mean + 0.2 * taken;
    ++turn_;
  }

 private:
  /// The first ones of either pay for what is made once; the best of them counts.
  static constexpr int kTrials = 8;
  /// So seldom what took longer is tried again: oneDNN makes its code anew for it.
  static constexpr int kRetry = 64;

  [[nodiscard]] std::size_t side() const {
    if (turn_ < kTrials) return static_cast<std::size_t>(turn_ % 2);
    const std::size_t better = seconds_[1] < seconds_[0] ? 1 : 0;
    return turn_ % kRetry == 0 ? 1 - better : better;
  }

  std::array<int, 2> threads_;
  std::array<double, 2> seconds_{};  ///< for a unit of work, lately
  int turn_ = 0;
};

}  // namespace hindsight::model::torch::detail
