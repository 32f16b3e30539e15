#include "sampler/budget.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hindsight::sampler {
namespace {

// Change bytes above this multiple of the mean rate earn no further tokens.
constexpr double kHighestRate = 4;

/// Mean change bytes a bin in `span`.
double rate_in(const TimeSpan& span, const PacketProfile& profile) {
  const auto size = static_cast<std::int64_t>(profile.change_bytes.size());
  const auto length = profile.bin_length.count();
  const auto first = std::clamp<std::int64_t>(span.begin.ns() / length, 0, size);
  const auto last = std::clamp<std::int64_t>((span.end.ns() + length - 1) / length, first, size);
  if (first == last) return 0;
  const auto begin = profile.change_bytes.begin();
  return std::accumulate(begin + first, begin + last, 0.0) / static_cast<double>(last - first);
}

}  // namespace

std::int64_t token_budget(MediaTime end, const PlanOptions& options) {
  const double hours = std::max(1.0, to_seconds(end)) / 3600;
  const double by_rate = std::floor(static_cast<double>(options.tokens_per_hour) * hours + 1e-6);
  const auto budget = static_cast<std::int64_t>(std::min(by_rate, 9e15));
  return options.max_tokens > 0 ? std::min(budget, options.max_tokens) : budget;
}

std::vector<std::int64_t> cumulative_budgets(MediaTime end,
                                             const PlanOptions& options,
                                             const PacketProfile& profile) {
  const int count = num_stretches(end, options);
  const double mean = rate_in({MediaTime{}, end}, profile);
  std::vector<double> shares;
  for (int i = 0; i < count; ++i) {
    const TimeSpan span = stretch_span(i, end, options);
    const double rate = mean > 0 ? std::min(rate_in(span, profile) / mean, kHighestRate) : 1;
    shares.push_back(std::max(to_seconds(span.length()), 1e-9) * rate);
  }
  const double all_shares = std::accumulate(shares.begin(), shares.end(), 0.0);
  const double all_time = std::max(to_seconds(end), 1e-9);
  const std::int64_t budget = token_budget(end, options);

  std::vector<std::int64_t> cumulative;
  double share = 0;
  for (int i = 0; i < count; ++i) {
    share += shares[static_cast<std::size_t>(i)];
    const double time = to_seconds(stretch_span(i, end, options).end);
    const double part = 0.5 * time / all_time + 0.5 * share / std::max(all_shares, 1e-9);
    cumulative.push_back(std::min(
        budget, static_cast<std::int64_t>(std::floor(static_cast<double>(budget) * part))));
  }
  cumulative.back() = budget;
  return cumulative;
}

}  // namespace hindsight::sampler
