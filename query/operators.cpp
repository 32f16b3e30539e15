#include "query/operators.h"

#include <algorithm>
#include <array>

namespace hindsight::query {
namespace {

constexpr std::array<std::string_view, kNumRelations> kRelationNames{"before",
                                                                     "meets",
                                                                     "overlaps",
                                                                     "starts",
                                                                     "during",
                                                                     "finishes",
                                                                     "equals",
                                                                     "after",
                                                                     "met_by",
                                                                     "overlapped_by",
                                                                     "started_by",
                                                                     "contains",
                                                                     "finished_by"};

template <class Wanted>
Intervals select(const Intervals& a, Wanted wanted) {
  Intervals chosen;
  std::copy_if(a.begin(), a.end(), std::back_inserter(chosen), wanted);
  return chosen;
}

template <class Wanted>
Intervals select_by_any(const Intervals& a, const Intervals& refs, Wanted wanted) {
  return select(a, [&](const TimeSpan& x) {
    return std::any_of(
        refs.begin(), refs.end(), [&](const TimeSpan& ref) { return wanted(x, ref); });
  });
}

/// The first for which no other is better.
template <class Better>
std::optional<TimeSpan> best(const Intervals& a, Better better) {
  const auto found = std::min_element(a.begin(), a.end(), better);
  if (found == a.end()) return std::nullopt;
  return *found;
}

}  // namespace

Intervals unite(Intervals spans) {
  std::sort(spans.begin(), spans.end());
  Intervals united;
  for (const TimeSpan& span : spans) {
    if (span.empty()) continue;
    if (!united.empty() && span.begin <= united.back().end) {
      united.back().end = std::max(united.back().end, span.end);
    } else {
      united.push_back(span);
    }
  }
  return united;
}

Intervals either(const Intervals& a, const Intervals& b) {
  Intervals all = a;
  all.insert(all.end(), b.begin(), b.end());
  return unite(std::move(all));
}

Intervals both(const Intervals& a, const Intervals& b) {
  const Intervals x = unite(a);
  const Intervals y = unite(b);
  Intervals shared;
  for (std::size_t i = 0, j = 0; i < x.size() && j < y.size();) {
    const TimeSpan part = intersect(x[i], y[j]);
    if (!part.empty()) shared.push_back(part);
    x[i].end < y[j].end ? ++i : ++j;
  }
  return shared;
}

Intervals complement(const Intervals& a, const Intervals& within) {
  const Intervals taken = unite(a);
  Intervals rest;
  for (const TimeSpan& range : unite(within)) {
    MediaTime begin = range.begin;
    for (const TimeSpan& span : taken) {
      if (span.end <= begin) continue;
      if (span.begin >= range.end) break;
      if (begin < span.begin) rest.push_back({begin, span.begin});
      begin = span.end;
    }
    if (begin < range.end) rest.push_back({begin, range.end});
  }
  return rest;
}

Intervals close_gaps(const Intervals& a, MediaDuration max_gap) {
  Intervals closed;
  for (const TimeSpan& span : unite(a)) {
    if (!closed.empty() && span.begin - closed.back().end <= max_gap) {
      closed.back().end = span.end;
    } else {
      closed.push_back(span);
    }
  }
  return closed;
}

std::optional<TimeSpan> nth(const Intervals& a, int n) {
  const auto size = static_cast<std::int64_t>(a.size());
  const std::int64_t index = n > 0 ? n - 1 : size + n;
  if (n == 0 || index < 0 || index >= size) return std::nullopt;
  return a[static_cast<std::size_t>(index)];
}

std::optional<TimeSpan> longest(const Intervals& a) {
  return best(a, [](const TimeSpan& x, const TimeSpan& y) { return x.length() > y.length(); });
}

std::optional<TimeSpan> shortest(const Intervals& a) {
  return best(a, [](const TimeSpan& x, const TimeSpan& y) { return x.length() < y.length(); });
}

MediaDuration total_duration(const Intervals& a) {
  MediaDuration sum{};
  for (const TimeSpan& span : unite(a)) sum += span.length();
  return sum;
}

double rate_per_hour(const Intervals& a, const Intervals& within) {
  const MediaDuration length = total_duration(within);
  if (length <= MediaDuration{}) return 0;
  const auto begun = std::count_if(
      a.begin(), a.end(), [&](const TimeSpan& span) { return holds_at(within, span.begin); });
  return static_cast<double>(begun) * 3600 / to_seconds(length);
}

bool holds_at(const Intervals& a, MediaTime t) {
  return std::any_of(a.begin(), a.end(), [&](const TimeSpan& span) { return span.contains(t); });
}

Intervals gaps(const Intervals& a) {
  if (a.empty()) return {};
  const Intervals united = unite(a);
  return complement(united, {{united.front().begin, united.back().end}});
}

std::string_view to_string(Relation relation) {
  return kRelationNames[static_cast<std::size_t>(relation)];
}

std::optional<Relation> relation_of(std::string_view name) {
  const auto found = std::find(kRelationNames.begin(), kRelationNames.end(), name);
  if (found == kRelationNames.end()) return std::nullopt;
  return static_cast<Relation>(found - kRelationNames.begin());
}

Relation relation_between(const TimeSpan& a, const TimeSpan& b) {
  if (a.end < b.begin) return Relation::before;
  if (a.end == b.begin) return Relation::meets;
  if (b.end < a.begin) return Relation::after;
  if (b.end == a.begin) return Relation::met_by;
  if (a == b) return Relation::equals;
  if (a.begin == b.begin) return a.end < b.end ? Relation::starts : Relation::started_by;
  if (a.end == b.end) return a.begin > b.begin ? Relation::finishes : Relation::finished_by;
  if (a.begin > b.begin && a.end < b.end) return Relation::during;
  if (a.begin < b.begin && a.end > b.end) return Relation::contains;
  return a.begin < b.begin ? Relation::overlaps : Relation::overlapped_by;
}

Intervals related(const Intervals& a, Relation relation, const Intervals& refs) {
  return select_by_any(a, refs, [&](const TimeSpan& x, const TimeSpan& ref) {
    return relation_between(x, ref) == relation;
  });
}

Intervals beginning_before(const Intervals& a, MediaTime t) {
  return select(a, [&](const TimeSpan& x) { return x.begin < t; });
}

Intervals beginning_from(const Intervals& a, MediaTime t) {
  return select(a, [&](const TimeSpan& x) { return t <= x.begin; });
}

Intervals inside(const Intervals& a, const Intervals& refs) {
  return select_by_any(a, refs, [](const TimeSpan& x, const TimeSpan& ref) {
    return ref.begin <= x.begin && x.end <= ref.end;
  });
}

Intervals sharing_time(const Intervals& a, const Intervals& refs) {
  return select_by_any(
      a, refs, [](const TimeSpan& x, const TimeSpan& ref) { return x.overlaps(ref); });
}

Intervals holding_at(const Intervals& a, std::span<const MediaTime> moments) {
  return select(a, [&](const TimeSpan& x) {
    return std::any_of(
        moments.begin(), moments.end(), [&](MediaTime moment) { return x.contains(moment); });
  });
}

Intervals between(const Intervals& a, const TimeSpan& x, const TimeSpan& y) {
  return inside(a, {{x.end, y.begin}});
}

Intervals near(const Intervals& a, const Intervals& refs, MediaDuration distance) {
  return select_by_any(a, refs, [&](const TimeSpan& x, const TimeSpan& ref) {
    return ref.begin - x.end <= distance && x.begin - ref.end <= distance;
  });
}

std::vector<std::size_t> order_of(std::span<const Intervals> lists) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (!lists[i].empty()) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
    return lists[x].front().begin < lists[y].front().begin;
  });
  return order;
}

}  // namespace hindsight::query
