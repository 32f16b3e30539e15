#include "sampler/overview.h"

#include <algorithm>
#include <tuple>

#include "core/spread.h"

namespace hindsight::sampler {
namespace {

// As within a stretch.
constexpr MediaDuration kLongestGap = std::chrono::seconds{1};

}  // namespace

std::vector<PairPlace> global_order(std::span<const StretchPlan> plans) {
  std::vector<PairPlace> order;
  for (std::size_t s = 0; s < plans.size(); ++s) {
    for (std::size_t p = 0; p < plans[s].pairs.size(); ++p) order.push_back({s, p});
  }
  const auto key = [&](const PairPlace& place) {
    const auto& plan = plans[place.stretch];
    return std::tuple(plan.pairs[place.pair].rank,
                      spread_key(static_cast<std::uint32_t>(plan.number)));
  };
  std::sort(order.begin(), order.end(), [&](const PairPlace& a, const PairPlace& b) {
    return key(a) < key(b);
  });
  return order;
}

std::vector<Shot> join_shots(std::span<const StretchPlan> plans) {
  std::vector<Shot> shots;
  for (const auto& plan : plans) {
    for (const auto& shot : plan.shots) {
      if (!shots.empty() && !shot.begins_at_cut) {
        shots.back().span.end = shot.span.end;
        continue;
      }
      if (!shots.empty()) shots.back().span.end = shot.span.begin;
      shots.push_back(shot);
    }
  }
  return shots;
}

std::vector<Activity> join_activity(std::span<const StretchPlan> plans) {
  std::vector<Activity> joined;
  for (const auto& plan : plans) {
    for (const auto& activity : plan.activity) {
      const bool goes_on = &activity == &plan.activity.front() && !joined.empty() &&
                           activity.span.begin - joined.back().span.end < kLongestGap &&
                           !plan.shots.empty() && !plan.shots.front().begins_at_cut;
      if (goes_on) {
        joined.back().span.end = activity.span.end;
        joined.back().score = std::max(joined.back().score, activity.score);
      } else {
        joined.push_back(activity);
      }
    }
  }
  return joined;
}

}  // namespace hindsight::sampler
