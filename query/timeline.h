// A predicate's truth over media time: what the model said of single pairs, made into intervals.
#pragma once

#include <string>
#include <vector>

#include "index/records.h"
#include "query/operators.h"

namespace hindsight::query {

/// A pair and the probability that the predicate is true of it.
struct ScoredPair {
  index::StoredPair pair;
  double p_yes = 0;  ///< 0..1
};

/// Two thresholds: what is above `on` is true, what is below `off` is false, what lies between is
/// true where it touches, pair by pair, something true.
struct Hysteresis {
  double on = 0.9;
  double off = 0.5;
};

/// A stretch in which the predicate holds.
struct HeldInterval {
  /// From the begin of its first pair's `covers` to the end of its last one's.
  TimeSpan span;
  double confidence = 0;  ///< mean p_yes of its pairs
  std::size_t first = 0;  ///< its pairs: Timeline::pairs [first, last]
  std::size_t last = 0;
};

struct Timeline {
  std::string predicate;
  std::vector<ScoredPair> pairs;        ///< that were looked at, by time
  std::vector<HeldInterval> intervals;  ///< by time, disjoint

  [[nodiscard]] Intervals spans() const;
};

/// pairs: of one run, in any order.  Throws Error(usage) unless 0 <= off <= on <= 1.
[[nodiscard]] Timeline make_timeline(std::string predicate,
                                     std::vector<ScoredPair> pairs,
                                     const Hysteresis& hysteresis = {});

/// Cuts the intervals to `ranges` (sorted, disjoint).  What is left of an interval keeps the pairs
/// that cover it, or the last pair before it where it lies between two pairs that were looked at.
[[nodiscard]] Timeline clip(Timeline timeline, const Intervals& ranges);

/// At most `limit` pairs that prove the interval, by time: its first, its last, then the surest.
[[nodiscard]] std::vector<ScoredPair> proof_of(const Timeline& timeline,
                                               const HeldInterval& interval,
                                               std::size_t limit);

}  // namespace hindsight::query
