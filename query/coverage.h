// How much of what was asked about was looked at.
#pragma once

#include <vector>

#include "index/records.h"
#include "query/operators.h"

namespace hindsight::query {

/// Of some ranges.
struct LookCoverage {
  double share = 0;             ///< of the ranges, that the pairs stand for; 0..1
  double pairs_per_minute = 0;  ///< of the ranges
  TimeSpan widest_gap;          ///< the longest part of a range in which no frame was looked at
};

/// ranges: sorted, disjoint, not empty.  Pairs beside the ranges do not count.
[[nodiscard]] LookCoverage look_coverage(const std::vector<index::StoredPair>& pairs,
                                         const Intervals& ranges);

}  // namespace hindsight::query
