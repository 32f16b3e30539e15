#include "bench/tier_policies.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "core/spread.h"
#include "sampler/budget.h"

namespace hindsight::bench {
namespace {

using sampler::PictureSize;
using sampler::PlanOptions;

// The sampler's pairs are at best so far apart.
constexpr double kApart = 0.35;

std::vector<Look> looks_of(const std::vector<sampler::StretchPlan>& plans) {
  std::vector<Look> looks;
  for (const auto& plan : plans) {
    for (const auto& pair : plan.pairs)
      looks.push_back(
          {to_seconds(pair.first), to_seconds(pair.second), {pair.width, pair.height}});
  }
  return looks;
}

double nearest(const std::vector<double>& pictures, double time) {
  const auto after = std::ranges::lower_bound(pictures, time);
  if (after == pictures.begin()) return *after;
  if (after == pictures.end()) return pictures.back();
  return *after - time < time - *(after - 1) ? *after : *(after - 1);
}

/// Sizes in the order of their looks' times, such that each lies evenly over the video.
void deal(std::vector<PictureSize> sizes, std::vector<Look>& looks) {
  std::ranges::sort(sizes, std::greater{}, sampler::tokens_of);
  std::vector<std::uint32_t> places(looks.size());
  std::iota(places.begin(), places.end(), 0U);
  std::ranges::sort(places, {}, [](std::uint32_t place) { return spread_key(place); });
  for (std::size_t i = 0; i < places.size(); ++i) looks[places[i]].size = sizes[i];
}

}  // namespace

std::string_view to_string(Policy policy) {
  constexpr std::array<std::string_view, kNumPolicies> kNames{
      "uniform, one size", "uniform, our sizes dealt out", "our ranks, one size", "ours"};
  return kNames[static_cast<std::size_t>(policy)];
}

std::vector<Look> uniform_looks(const std::vector<double>& pictures, std::size_t count) {
  std::vector<Look> looks;
  const double last = pictures.back() - kApart;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    const double first = nearest(pictures, std::max(0.0, share * last));
    looks.push_back({first, nearest(pictures, first + kApart), {}});
  }
  return looks;
}

PolicyLooks looks_of_policies(const PlanVideo& plan_video,
                              const std::vector<double>& pictures,
                              const PictureSize& display,
                              const PlanOptions& options) {
  const auto ours = looks_of(plan_video(options));
  if (ours.empty()) throw std::runtime_error("the sampler chose nothing");
  const double length = pictures.back() + (pictures.back() - pictures[pictures.size() - 2]);
  const auto budget = sampler::token_budget(MediaTime{} + from_seconds(length), options);
  PlanOptions one_size = options;
  one_size.min_pair_tokens = one_size.max_pair_tokens =
      static_cast<int>(budget / static_cast<std::int64_t>(ours.size()));
  const PictureSize size = sampler::encoded_size(one_size.min_pair_tokens, display, one_size);

  auto even = uniform_looks(pictures, static_cast<std::size_t>(budget / sampler::tokens_of(size)));
  for (auto& look : even) look.size = size;
  auto dealt = uniform_looks(pictures, ours.size());
  std::vector<PictureSize> sizes;
  for (const auto& look : ours) sizes.push_back(look.size);
  deal(std::move(sizes), dealt);
  return {std::move(even), std::move(dealt), looks_of(plan_video(one_size)), ours};
}

}  // namespace hindsight::bench
