// How many tokens each pair of a stretch gets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sampler/candidates.h"
#include "sampler/detail.h"
#include "sampler/plan.h"

namespace hindsight::sampler {

/// What a pair would have if tokens were plenty.
struct Wish {
  int tokens = 0;
  /// Something moves here, and a pair nearby shows it larger.
  bool is_better_seen_nearby = false;
};

/// By pair.
[[nodiscard]] std::vector<Wish> wishes_of(const StretchView& view,
                                          std::span<const CandidatePair> pairs,
                                          const PictureSize& display,
                                          const PlanOptions& options);

/// Grants wishes up to a common number of tokens, and a fourth of that (half the side) to what is
/// better seen nearby: with few tokens a thing is large once rather than small always.
class SizeLimit {
 public:
  /// The highest at which `wishes` cost at most `max_tokens` together; the least sizes where none
  /// does.
  SizeLimit(std::span<const Wish> wishes,
            std::int64_t max_tokens,
            const PictureSize& display,
            const PlanOptions& options);

  [[nodiscard]] PictureSize grant(const Wish& wish) const { return grant(wish, most_); }

 private:
  [[nodiscard]] PictureSize grant(const Wish& wish, int most) const;

  PictureSize display_;
  const PlanOptions& options_;
  int most_ = 0;
};

}  // namespace hindsight::sampler
