#include "query/boundaries.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace hindsight::query {
namespace {

constexpr std::string_view kTakenAtChange = "activity";  // index::StoredPair::reason

/// From the first pixel of what comes in until it is plainly there.
constexpr MediaDuration kComesIn = std::chrono::milliseconds{500};

/// The last of the sorted times in (after, until].
std::optional<MediaTime> last_in(const std::vector<MediaTime>& times,
                                 MediaTime after,
                                 MediaTime until) {
  const auto next = std::upper_bound(times.begin(), times.end(), until);
  if (next == times.begin() || *std::prev(next) <= after) return std::nullopt;
  return *std::prev(next);
}

/// The first of the sorted times in [from, before).
std::optional<MediaTime> first_in(const std::vector<MediaTime>& times,
                                  MediaTime from,
                                  MediaTime before) {
  const auto found = std::lower_bound(times.begin(), times.end(), from);
  if (found == times.end() || *found >= before) return std::nullopt;
  return *found;
}

bool begins_at(const Intervals& activity, MediaTime time) {
  const auto found = std::ranges::lower_bound(activity, time, {}, &TimeSpan::begin);
  return found != activity.end() && found->begin == time;
}

/// Cuts and the begins of activity.
std::vector<MediaTime> begins_of(const Intervals& activity, const std::vector<MediaTime>& cuts) {
  std::vector<MediaTime> begins = cuts;
  for (const TimeSpan& active : activity) begins.push_back(active.begin);
  std::sort(begins.begin(), begins.end());
  return begins;
}

}  // namespace

void meet_at_changes(std::vector<index::StoredPair>& pairs,
                     const Intervals& activity,
                     const std::vector<MediaTime>& cuts) {
  const auto begins = begins_of(activity, cuts);
  for (std::size_t i = 1; i < pairs.size(); ++i) {
    auto& before = pairs[i - 1];
    auto& after = pairs[i];
    if (before.covers.empty() || before.covers.end != after.covers.begin) continue;
    auto change = last_in(begins, before.second, after.first);
    // What follows on activity since the pair before may have been taken for its end.
    const auto active = std::ranges::lower_bound(activity, before.second, {}, &TimeSpan::end);
    const bool is_told = active != activity.end() && active->begin <= after.first;
    if (!change && !is_told && after.reason == kTakenAtChange) change = after.first;
    if (change) before.covers.end = after.covers.begin = *change;
  }
}

Timeline place_boundaries(Timeline timeline,
                          const Intervals& activity,
                          const std::vector<MediaTime>& cuts,
                          Ceasing ceasing) {
  const auto& pairs = timeline.pairs;
  const auto begins = begins_of(activity, cuts);
  std::vector<MediaTime> ends = cuts;
  for (const TimeSpan& active : activity) ends.push_back(active.end);
  std::sort(ends.begin(), ends.end());
  for (auto& interval : timeline.intervals) {
    if (interval.first > 0) {
      const MediaTime before = pairs[interval.first].pair.first;
      const auto change = last_in(begins, pairs[interval.first - 1].pair.second, before);
      const bool comes_in = ceasing == Ceasing::leaves && change && begins_at(activity, *change) &&
                            !std::ranges::binary_search(cuts, *change);
      interval.span.begin =
          comes_in ? std::min(*change + kComesIn, before) : change.value_or(interval.span.begin);
    }
    if (interval.last + 1 < pairs.size()) {
      const MediaTime after = pairs[interval.last].pair.second;
      const MediaTime before = pairs[interval.last + 1].pair.first;
      const auto left = first_in(ends, after, before);
      const auto replaced = last_in(begins, after, before);
      const auto change = ceasing == Ceasing::is_replaced ? replaced : left ? left : replaced;
      interval.span.end = change.value_or(interval.span.end);
    }
  }
  return timeline;
}

Timeline place_at_ends_of(const Intervals& shown,
                          MediaDuration error,
                          const std::vector<MediaTime>& cuts,
                          Timeline timeline) {
  std::vector<MediaTime> begins;
  std::vector<MediaTime> ends;
  for (const TimeSpan& span : shown) {
    begins.push_back(span.begin);
    ends.push_back(span.end);
  }
  const auto& pairs = timeline.pairs;
  const auto is_told = [&](const ScoredPair& before, const ScoredPair& after) {
    return after.pair.second - before.pair.first > 2 * error;
  };
  for (auto& interval : timeline.intervals) {
    auto& span = interval.span;
    if (interval.first > 0 && is_told(pairs[interval.first - 1], pairs[interval.first])) {
      const auto& before = pairs[interval.first - 1].pair;
      const auto& after = pairs[interval.first].pair;
      const auto cut = last_in(cuts, before.second, after.first);
      if (const auto begin = last_in(begins, before.first, after.second + error))
        span.begin = std::min(std::max(*begin, cut.value_or(*begin)), after.second);
    }
    if (interval.last + 1 < pairs.size() &&
        is_told(pairs[interval.last], pairs[interval.last + 1])) {
      const auto& before = pairs[interval.last].pair;
      const auto& after = pairs[interval.last + 1].pair;
      const auto cut = first_in(cuts, before.second, after.first);
      if (const auto end = first_in(ends, before.first - error, after.second))
        span.end = std::max(std::min(*end, cut.value_or(*end)), before.first);
    }
  }
  return timeline;
}

}  // namespace hindsight::query
