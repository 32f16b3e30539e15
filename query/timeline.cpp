#include "query/timeline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <tuple>

#include "core/error.h"

namespace hindsight::query {
namespace {

auto time_key(const ScoredPair& scored) {
  return std::tuple(scored.pair.covers, scored.pair.first, scored.pair.id);
}

HeldInterval hold(const std::vector<ScoredPair>& pairs, std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t i = first; i <= last; ++i) sum += pairs[i].p_yes;
  return {.span = {pairs[first].pair.covers.begin, pairs[last].pair.covers.end},
          .confidence = sum / static_cast<double>(last - first + 1),
          .first = first,
          .last = last};
}

}  // namespace

std::vector<double> distinct_looks(std::span<const ScoredPair> pairs) {
  std::set<std::int64_t> seen;
  std::vector<double> looks;
  for (const auto& scored : pairs)
    if (seen.insert(scored.pair.token_pair_id()).second) looks.push_back(scored.p_yes);
  return looks;
}

double odds(double p) {
  constexpr double kLeast = 1e-6;
  p = std::clamp(p, kLeast, 1 - kLeast);
  return p / (1 - p);
}

const RuledOut* find_ruled_out(const std::vector<RuledOut>& ruled_out, const TimeSpan& span) {
  const auto found = std::ranges::find_if(
      ruled_out, [&](const RuledOut& other) { return other.span.overlaps(span); });
  return found == ruled_out.end() ? nullptr : &*found;
}

double evidence_of(std::span<const double> p_yes, std::size_t surest) {
  const auto log_odds = [](double p) { return std::log(odds(p)); };
  std::vector<double> looks(p_yes.begin(), p_yes.end());
  std::ranges::sort(looks, std::greater{});
  looks.resize(std::min(looks.size(), surest));
  double sum = log_odds(looks.empty() ? 0 : looks.front());
  for (std::size_t i = 1; i < looks.size(); ++i) sum += std::max(0.0, log_odds(looks[i]));
  return sum;
}

double enough_evidence(const Hysteresis& hysteresis) {
  return evidence_of(std::array{hysteresis.on}, 1);
}

Intervals Timeline::spans() const {
  Intervals spans;
  for (const auto& interval : intervals) spans.push_back(interval.span);
  return spans;
}

std::span<const ScoredPair> Timeline::pairs_in(const TimeSpan& span) const {
  const auto first = std::ranges::partition_point(
      pairs, [&](const auto& scored) { return scored.pair.covers.end <= span.begin; });
  const auto last = std::partition_point(
      first, pairs.end(), [&](const auto& scored) { return scored.pair.covers.begin < span.end; });
  return {first, last};
}

Timeline make_timeline(std::string predicate,
                       std::vector<ScoredPair> pairs,
                       const Hysteresis& hysteresis) {
  if (!(0 <= hysteresis.off && hysteresis.off <= hysteresis.on && hysteresis.on <= 1) ||
      hysteresis.surest == 0) {
    throw Error(ErrorCode::usage,
                "the thresholds of a timeline must satisfy 0 <= off <= on <= 1, and at least one "
                "look must tell; swap the thresholds");
  }
  // A pair that covers nothing repeats another one's frames at another size.
  std::erase_if(pairs, [](const ScoredPair& scored) { return scored.pair.covers.empty(); });
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return time_key(a) < time_key(b);
  });
  Timeline timeline{.predicate = std::move(predicate), .pairs = std::move(pairs), .intervals = {}};
  const auto& all = timeline.pairs;
  const double enough = enough_evidence(hysteresis);
  for (std::size_t i = 0; i < all.size();) {
    if (all[i].p_yes < hysteresis.off) {
      ++i;
      continue;
    }
    const std::size_t first = i;
    while (i < all.size() && all[i].p_yes >= hysteresis.off) ++i;
    const auto looks = distinct_looks(std::span(all).subspan(first, i - first));
    if (evidence_of(looks, hysteresis.surest) >= enough)
      timeline.intervals.push_back(hold(all, first, i - 1));
  }
  return timeline;
}

Timeline likeliest_of(Timeline timeline, std::size_t surest) {
  const auto evidence = [&](const HeldInterval& interval) {
    const auto pairs =
        std::span(timeline.pairs).subspan(interval.first, interval.last - interval.first + 1);
    return evidence_of(distinct_looks(pairs), surest);
  };
  if (timeline.intervals.empty()) return timeline;
  timeline.intervals = {*std::ranges::max_element(timeline.intervals, {}, evidence)};
  return timeline;
}

Timeline clip(Timeline timeline, const Intervals& ranges) {
  const auto whole = std::move(timeline.intervals);
  timeline.intervals.clear();
  for (const auto& interval : whole) {
    for (const TimeSpan& part : both({interval.span}, ranges)) {
      std::size_t first = interval.first;
      while (first < interval.last && timeline.pairs[first + 1].pair.covers.begin <= part.begin)
        ++first;
      std::size_t last = first;
      while (last < interval.last && timeline.pairs[last + 1].pair.covers.begin < part.end) ++last;
      auto held = hold(timeline.pairs, first, last);
      held.span = part;
      timeline.intervals.push_back(held);
    }
  }
  return timeline;
}

std::vector<ScoredPair> surest_of(const Timeline& timeline,
                                  const HeldInterval& interval,
                                  std::size_t limit) {
  const auto at = [&](std::size_t i) {
    return timeline.pairs.begin() + static_cast<std::ptrdiff_t>(i);
  };
  std::vector<ScoredPair> pairs(at(interval.first), at(interval.last + 1));
  std::ranges::stable_sort(pairs, std::greater{}, &ScoredPair::p_yes);
  std::set<std::int64_t> seen;
  std::erase_if(pairs, [&](const ScoredPair& scored) {
    return !seen.insert(scored.pair.token_pair_id()).second;
  });
  pairs.resize(std::min(pairs.size(), limit));
  return pairs;
}

std::vector<ScoredPair> proof_of(const Timeline& timeline,
                                 const HeldInterval& interval,
                                 std::size_t limit) {
  std::vector<std::size_t> order(interval.last - interval.first + 1);
  std::iota(order.begin(), order.end(), interval.first);
  const auto is_end = [&](std::size_t i) { return i == interval.first || i == interval.last; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(!is_end(a), -timeline.pairs[a].p_yes) <
           std::tuple(!is_end(b), -timeline.pairs[b].p_yes);
  });
  order.resize(std::min(order.size(), limit));
  std::sort(order.begin(), order.end());
  std::vector<ScoredPair> proof;
  for (const std::size_t i : order) proof.push_back(timeline.pairs[i]);
  return proof;
}

}  // namespace hindsight::query
