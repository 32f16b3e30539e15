#include "sampler/sizing.h"

#include <algorithm>

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// Of pairs this near to each other one shows what moves larger than the others.
constexpr MediaDuration kNearby = 3s;
constexpr int kOfBetterSeen = 4;

}  // namespace

std::vector<Wish> wishes_of(const StretchView& view,
                            std::span<const CandidatePair> pairs,
                            const PictureSize& display,
                            const PlanOptions& options) {
  std::vector<float> sides;
  std::vector<Wish> wishes;
  for (const auto& pair : pairs) {
    const Extent thing = smallest_at(view, pair.first);
    sides.push_back(short_side(thing));
    wishes.push_back({wanted_tokens(view.pictures[pair.first].detail, thing, display, options)});
  }
  const auto time_of = [&](std::size_t i) { return view.pictures[pairs[i].first].time; };
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (sides[i] <= 0) continue;
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      const bool is_near = abs(time_of(j) - time_of(i)) <= kNearby;
      if (is_near && sides[j] > sides[i]) wishes[i].is_better_seen_nearby = true;
    }
  }
  return wishes;
}

SizeLimit::SizeLimit(std::span<const Wish> wishes,
                     std::int64_t max_tokens,
                     const PictureSize& display,
                     const PlanOptions& options)
    : display_(display), options_(options), most_(options.min_pair_tokens) {
  const auto cost = [&](int most) {
    std::int64_t tokens = 0;
    for (const auto& wish : wishes) tokens += tokens_of(grant(wish, most));
    return tokens;
  };
  int too_many = kOfBetterSeen * options.max_pair_tokens + 1;
  while (too_many - most_ > 1) {
    const int most = (most_ + too_many) / 2;
    (cost(most) <= max_tokens ? most_ : too_many) = most;
  }
}

PictureSize SizeLimit::grant(const Wish& wish, int most) const {
  const int limit = wish.is_better_seen_nearby ? most / kOfBetterSeen : most;
  return encoded_size(std::min(wish.tokens, limit), display_, options_);
}

}  // namespace hindsight::sampler
