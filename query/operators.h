// Exact arithmetic on lists of intervals: what a question about time comes down to once it is known
// when something is true.
//
// A list is sorted by begin, then end, and holds no empty interval.  Operators that select keep the
// intervals as they are; operators on sets of moments (unite, either, both, complement, close_gaps)
// return disjoint intervals that do not touch.  Everything is half-open and integer: no operator
// rounds.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/media_time.h"

namespace hindsight::query {

using Intervals = std::vector<TimeSpan>;

// --- sets of moments ---

/// Any spans, in any order, as a list of disjoint intervals; spans that touch become one.
[[nodiscard]] Intervals unite(Intervals spans);
/// Moments of `a` or `b`.
[[nodiscard]] Intervals either(const Intervals& a, const Intervals& b);
/// Moments of `a` and `b`.
[[nodiscard]] Intervals both(const Intervals& a, const Intervals& b);
/// Moments of `within` that are not in `a`.
[[nodiscard]] Intervals complement(const Intervals& a, const Intervals& within);
/// Gaps of at most `max_gap` are filled.
[[nodiscard]] Intervals close_gaps(const Intervals& a, MediaDuration max_gap);

// --- one of them ---

/// The n-th from the beginning (1, 2, ...) or from the end (-1, -2, ...); empty when there are
/// fewer, and for 0.
[[nodiscard]] std::optional<TimeSpan> nth(const Intervals& a, int n);
/// The earliest of the longest.
[[nodiscard]] std::optional<TimeSpan> longest(const Intervals& a);
/// The earliest of the shortest.
[[nodiscard]] std::optional<TimeSpan> shortest(const Intervals& a);

// --- numbers ---

/// Of all moments; what is in several intervals counts once.
[[nodiscard]] MediaDuration total_duration(const Intervals& a);
/// Intervals an hour of `within` in which they begin; 0 when `within` is empty.
[[nodiscard]] double rate_per_hour(const Intervals& a, const Intervals& within);
/// True when `t` is in one of them.
[[nodiscard]] bool holds_at(const Intervals& a, MediaTime t);
/// The stretches between one interval's end and the next one's begin.
[[nodiscard]] Intervals gaps(const Intervals& a);

// --- relations ---

/// Allen's thirteen: how an interval lies to another.
enum class Relation {
  before,         ///< ends before the other begins
  meets,          ///< ends as the other begins
  overlaps,       ///< begins first, ends inside
  starts,         ///< begin together, ends first
  during,         ///< inside, sharing neither end
  finishes,       ///< end together, begins last
  equals,         ///< the same
  after,          ///< before, the other way round
  met_by,         ///< meets, the other way round
  overlapped_by,  ///< overlaps, the other way round
  started_by,     ///< starts, the other way round
  contains,       ///< during, the other way round
  finished_by,    ///< finishes, the other way round
};
inline constexpr int kNumRelations = 13;
/// The enumerator's name.
[[nodiscard]] std::string_view to_string(Relation relation);
/// Empty for a text that is no relation's name.
[[nodiscard]] std::optional<Relation> relation_of(std::string_view name);

/// How `a` lies to `b`; exactly one holds.  Neither may be empty.
[[nodiscard]] Relation relation_between(const TimeSpan& a, const TimeSpan& b);
/// Those of `a` that lie so to at least one of `refs`.
[[nodiscard]] Intervals related(const Intervals& a, Relation relation, const Intervals& refs);

/// Those that begin before `t`.
[[nodiscard]] Intervals beginning_before(const Intervals& a, MediaTime t);
/// Those that begin at `t` or later.
[[nodiscard]] Intervals beginning_from(const Intervals& a, MediaTime t);
/// Those that lie inside one of `refs`, ends included.
[[nodiscard]] Intervals inside(const Intervals& a, const Intervals& refs);
/// Those that share a moment with one of `refs`.
[[nodiscard]] Intervals sharing_time(const Intervals& a, const Intervals& refs);
/// Those that hold at one of `moments`.
[[nodiscard]] Intervals holding_at(const Intervals& a, std::span<const MediaTime> moments);
/// Those that lie between the end of `x` and the begin of `y`.
[[nodiscard]] Intervals between(const Intervals& a, const TimeSpan& x, const TimeSpan& y);
/// Those that share a moment with one of `refs` or are at most `distance` away from it.
[[nodiscard]] Intervals near(const Intervals& a, const Intervals& refs, MediaDuration distance);

/// Positions in `lists` by the begin of their first interval, earliest first; equal ones keep their
/// order.  Lists without an interval are left out.
[[nodiscard]] std::vector<std::size_t> order_of(std::span<const Intervals> lists);

}  // namespace hindsight::query
