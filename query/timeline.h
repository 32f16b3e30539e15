// A predicate's truth over media time: what the model said of single pairs, made into intervals.
#pragma once

#include <optional>
#include <span>
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

/// Two thresholds: what is below `off` is false, and a run of other pairs is true when its `surest`
/// surest looks together are as sure as one that gives `on`.
struct Hysteresis {
  double on = 0.9;
  double off = 0.5;
  std::size_t surest = 1;
};

/// How likely each picture makes the predicate, once for pairs that repeat another one: they have
/// the same tokens, and so the same look.
[[nodiscard]] std::vector<double> distinct_looks(std::span<const ScoredPair> pairs);

/// p / (1 - p), of a probability that is never quite 0 or 1.
[[nodiscard]] double odds(double p);

/// How much the `surest` of these looks speak for yes together: the sum of their log-odds, in nats.
/// Beside the surest one, a look that says no adds nothing; without any, nothing speaks for it.
[[nodiscard]] double evidence_of(std::span<const double> p_yes, std::size_t surest);
/// What `on` asks for.
[[nodiscard]] double enough_evidence(const Hysteresis& hysteresis);

/// A stretch in which the predicate holds.
struct HeldInterval {
  /// From the begin of its first pair's `covers` to the end of its last one's.
  TimeSpan span;
  double confidence = 0;  ///< mean p_yes of its pairs
  std::size_t first = 0;  ///< its pairs: Timeline::pairs [first, last]
  std::size_t last = 0;
};

/// A stretch in which the predicate would hold, were nothing else likelier there.
struct RuledOut {
  TimeSpan span;
  std::string rather;   ///< the likeliest other predicate
  double p_rather = 0;  ///< at the pair that is surest of the predicate, or at `beside`
  /// The pair that shows it, where that lies beside those of the span.
  std::optional<index::StoredPair> beside{};
};

/// The one that shares time with `span`; null: none does.
[[nodiscard]] const RuledOut* find_ruled_out(const std::vector<RuledOut>& ruled_out,
                                             const TimeSpan& span);

struct Timeline {
  std::string predicate;
  std::vector<ScoredPair> pairs;        ///< that were looked at, by time
  std::vector<HeldInterval> intervals;  ///< by time, disjoint
  /// Likewise; spans as their pairs cover them, whatever the ranges.
  std::vector<RuledOut> ruled_out{};

  [[nodiscard]] Intervals spans() const;
  /// The pairs whose `covers`, which are disjoint, share time with `span`.
  [[nodiscard]] std::span<const ScoredPair> pairs_in(const TimeSpan& span) const;
};

/// pairs: of one run, in any order.  Throws Error(usage) unless 0 <= off <= on <= 1 and
/// surest > 0.
[[nodiscard]] Timeline make_timeline(std::string predicate,
                                     std::vector<ScoredPair> pairs,
                                     const Hysteresis& hysteresis = {});

/// With the one interval alone for which the `surest` surest looks speak most.
[[nodiscard]] Timeline likeliest_of(Timeline timeline, std::size_t surest);

/// Cuts the intervals to `ranges` (sorted, disjoint).  What is left of an interval keeps the pairs
/// that cover it, or the last pair before it where it lies between two pairs that were looked at.
[[nodiscard]] Timeline clip(Timeline timeline, const Intervals& ranges);

/// At most `limit` pairs of the interval with pictures of their own, the surest first.
[[nodiscard]] std::vector<ScoredPair> surest_of(const Timeline& timeline,
                                                const HeldInterval& interval,
                                                std::size_t limit);

/// At most `limit` pairs that prove the interval, by time: its first, its last, then the surest.
[[nodiscard]] std::vector<ScoredPair> proof_of(const Timeline& timeline,
                                               const HeldInterval& interval,
                                               std::size_t limit);

}  // namespace hindsight::query
