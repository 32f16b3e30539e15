// One line on a terminal that tells how far something is.
#pragma once

#include <chrono>
#include <string_view>

namespace hindsight::app {

/// Drawn again a few times a second, gone when it is destroyed.  Not thread-safe.
class ProgressLine {
 public:
  /// Shown on stderr when `visible`.
  explicit ProgressLine(bool visible) : visible_(visible) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  /// "planning 40 %, 80 x realtime": `work` with the share of it that is done, and `media_seconds`
  /// over the time since the line began; 0 leaves the speed out.
  void at(std::string_view work, double share, double media_seconds = 0);

 private:
  using Clock = std::chrono::steady_clock;
  bool visible_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace hindsight::app
