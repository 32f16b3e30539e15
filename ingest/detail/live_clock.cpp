#include "ingest/detail/live_clock.h"

#include <algorithm>

namespace hindsight::ingest::detail {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
/// Decoding times of one connection ascend; muxers are a little wrong about that.
constexpr std::int64_t kStepBack = kSecond;
constexpr std::int64_t kStepForward = 3600 * kSecond;
/// Packets of one moment arrive together; a longer silence is part of the time that passed.
constexpr std::int64_t kSilence = kSecond;

}  // namespace

void LiveClock::reconnect(std::chrono::nanoseconds replay) { replay_ = replay; }

std::optional<std::int64_t> LiveClock::shift(std::optional<std::int64_t> time_ns,
                                             std::int64_t duration_ns,
                                             Arrival arrived) {
  const std::int64_t raw = time_ns.value_or(any_ ? last_raw_ + duration_ns : 0);
  if (!any_) {
    any_ = true;
    shift_ = -raw;
    replay_.reset();
  } else if (replay_) {
    const std::int64_t step = raw - last_raw_;
    const std::int64_t away = (arrived - last_arrival_).count();
    const std::int64_t replay = replay_->count();
    const bool goes_on = replay > 0 && step >= -replay && step <= away + replay;
    if (goes_on && step <= 0) return std::nullopt;
    if (!goes_on) follow(raw, std::max(away, duration_ns));
    replay_.reset();
  } else {
    const std::int64_t step = raw - last_raw_;
    if (step < -kStepBack || step > kStepForward) {
      ++num_jumps_;
      const std::int64_t away = (arrived - last_arrival_).count();
      follow(raw, away > kSilence ? away : duration_ns);
    }
  }
  last_raw_ = raw;
  last_arrival_ = arrived;
  return shift_;
}

void LiveClock::follow(std::int64_t raw, std::int64_t distance_ns) {
  shift_ = last_ns() + std::max<std::int64_t>(1, distance_ns) - raw;
}

}  // namespace hindsight::ingest::detail
