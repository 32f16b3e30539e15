#include "query/operators.h"

#include <algorithm>
#include <functional>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "index/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;

namespace {

constexpr int kTicks = 40;
constexpr unsigned kSeed = 20;

/// The seconds [t, t + 1) of a list, as numbers: the brute-force twin of every operator.
using Ticks = std::set<int>;

int tick(MediaTime t) { return static_cast<int>(to_seconds(t)); }

Ticks ticks_of(const TimeSpan& span) {
  Ticks ticks;
  for (int t = tick(span.begin); t < tick(span.end); ++t) ticks.insert(t);
  return ticks;
}

Ticks ticks_of(const Intervals& list) {
  Ticks ticks;
  for (const auto& span : list) ticks.merge(ticks_of(span));
  return ticks;
}

Ticks where(const std::function<bool(int)>& holds) {
  Ticks ticks;
  for (int t = 0; t < kTicks; ++t)
    if (holds(t)) ticks.insert(t);
  return ticks;
}

bool includes(const Ticks& whole, const Ticks& part) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

Ticks shared(const Ticks& a, const Ticks& b) {
  return where([&](int t) { return a.contains(t) && b.contains(t); });
}

class RandomLists {
 public:
  /// Any intervals, which may overlap and touch.
  Intervals any() {
    Intervals list;
    for (int i = whole(0, 5); i > 0; --i) {
      const int begin = whole(0, kTicks - 2);
      list.push_back(span(begin, whole(begin + 1, std::min(kTicks, begin + 12))));
    }
    std::sort(list.begin(), list.end());
    return list;
  }
  /// Disjoint ones that do not touch: a timeline.
  Intervals timeline() {
    Intervals list;
    for (int t = whole(0, 6); t < kTicks - 1;) {
      const int end = std::min(kTicks, t + whole(1, 8));
      list.push_back(span(t, end));
      t = end + whole(1, 8);
    }
    return list;
  }
  int whole(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

 private:
  std::mt19937 random_{kSeed};
};

bool is_disjoint(const Intervals& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].empty()) return false;
    if (i > 0 && list[i].begin <= list[i - 1].end) return false;
  }
  return true;
}

/// The relation by the ticks alone.
Relation brute_relation(const TimeSpan& x, const TimeSpan& y) {
  const Ticks a = ticks_of(x);
  const Ticks b = ticks_of(y);
  const int gap_ab = *b.begin() - *a.rbegin() - 1;
  const int gap_ba = *a.begin() - *b.rbegin() - 1;
  if (gap_ab > 0) return Relation::before;
  if (gap_ab == 0) return Relation::meets;
  if (gap_ba > 0) return Relation::after;
  if (gap_ba == 0) return Relation::met_by;
  const bool a_in_b = includes(b, a);
  const bool b_in_a = includes(a, b);
  const bool same_begin = *a.begin() == *b.begin();
  const bool same_end = *a.rbegin() == *b.rbegin();
  if (a_in_b && b_in_a) return Relation::equals;
  if (a_in_b)
    return same_begin ? Relation::starts : same_end ? Relation::finishes : Relation::during;
  if (b_in_a)
    return same_begin ? Relation::started_by
           : same_end ? Relation::finished_by
                      : Relation::contains;
  return *a.begin() < *b.begin() ? Relation::overlaps : Relation::overlapped_by;
}

/// Those of `a` for which `holds` is true of the ticks of it and one of `refs`.
Intervals brute_select(const Intervals& a,
                       const Intervals& refs,
                       const std::function<bool(const Ticks&, const Ticks&)>& holds) {
  Intervals chosen;
  for (const auto& x : a) {
    bool any = false;
    for (const auto& ref : refs) any = any || holds(ticks_of(x), ticks_of(ref));
    if (any) chosen.push_back(x);
  }
  return chosen;
}

}  // namespace

TEST_CASE("sets of moments equal brute force on random lists") {
  RandomLists random;
  for (int round = 0; round < 500; ++round) {
    CAPTURE(round);
    const auto a = random.any();
    const auto b = random.any();
    const auto in_a = ticks_of(a);
    const auto in_b = ticks_of(b);
    const int max_gap = random.whole(0, 5);
    struct Row {
      std::string name;
      Intervals found;
      Ticks expected;
    };
    const auto closed = where([&](int t) {
      if (in_a.contains(t)) return true;
      const auto next = in_a.upper_bound(t);
      if (next == in_a.begin() || next == in_a.end()) return false;
      return *next - *std::prev(next) - 1 <= max_gap;
    });
    const std::vector<Row> rows{
        {"unite", unite(a), in_a},
        {"either", either(a, b), where([&](int t) {
           return in_a.contains(t) || in_b.contains(t);
         })},
        {"both", both(a, b), shared(in_a, in_b)},
        {"complement", complement(a, b), where([&](int t) {
           return in_b.contains(t) && !in_a.contains(t);
         })},
        {"close_gaps", close_gaps(a, std::chrono::seconds{max_gap}), closed},
        {"gaps", gaps(a), where([&](int t) {
           return !in_a.empty() && !in_a.contains(t) && *in_a.begin() < t && t < *in_a.rbegin();
         })},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(is_disjoint(row.found));
      CHECK(ticks_of(row.found) == row.expected);
    }
    CHECK(total_duration(a) == std::chrono::seconds{in_a.size()});
    for (int t = 0; t < kTicks; ++t) CHECK(holds_at(a, at(t)) == in_a.contains(t));
  }
}

TEST_CASE("the laws of sets hold for random timelines") {
  RandomLists random;
  const Intervals all{span(0, kTicks)};
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const auto a = random.timeline();
    const auto b = random.timeline();
    CHECK(complement(complement(a, all), all) == unite(a));
    CHECK(complement(either(a, b), all) == both(complement(a, all), complement(b, all)));
    CHECK(either(both(a, b), complement(b, a)) == unite(a));
    CHECK(total_duration(a) + total_duration(complement(a, all)) == all[0].length());
    // The two halves of a video together are the whole.
    const double cut = random.whole(1, kTicks - 1);
    CHECK(either(both(a, {span(0, cut)}), both(a, {span(cut, kTicks)})) == unite(a));
  }
}

TEST_CASE("Allen's relations equal brute force, exactly one holds, and each has its converse") {
  RandomLists random;
  std::set<Relation> seen;
  const auto converse = [](Relation r) {
    constexpr int kHalf = 6;  // of those that are not their own converse
    const int n = static_cast<int>(r);
    if (r == Relation::equals) return r;
    return static_cast<Relation>(n < kHalf ? n + kHalf + 1 : n - kHalf - 1);
  };
  for (int round = 0; round < 3000; ++round) {
    const int begin = random.whole(0, 6);
    const int other = random.whole(0, 6);
    const auto a = span(begin, begin + random.whole(1, 4));
    const auto b = span(other, other + random.whole(1, 4));
    CAPTURE(a.begin.ns());
    CAPTURE(b.begin.ns());
    const auto relation = relation_between(a, b);
    seen.insert(relation);
    CHECK(relation == brute_relation(a, b));
    CHECK(relation_between(b, a) == converse(relation));
    CHECK(relation_of(to_string(relation)) == relation);
  }
  CHECK(seen.size() == kNumRelations);
  CHECK_FALSE(relation_of("Before").has_value());
  CHECK_FALSE(relation_of("").has_value());
}

TEST_CASE("selections by another list equal brute force on random lists") {
  RandomLists random;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    const auto a = random.any();
    const auto refs = random.any();
    const int distance = random.whole(0, 6);
    const int t = random.whole(0, kTicks);
    CHECK(inside(a, refs) ==
          brute_select(a, refs, [](const Ticks& x, const Ticks& ref) { return includes(ref, x); }));
    CHECK(sharing_time(a, refs) == brute_select(a, refs, [](const Ticks& x, const Ticks& ref) {
            return !shared(x, ref).empty();
          }));
    const std::vector<MediaTime> moments{at(t), at(distance)};
    Intervals held;
    for (const auto& x : a)
      if (ticks_of(x).contains(t) || ticks_of(x).contains(distance)) held.push_back(x);
    CHECK(holding_at(a, moments) == held);
    CHECK(near(a, refs, std::chrono::seconds{distance}) ==
          brute_select(a, refs, [&](const Ticks& x, const Ticks& ref) {
            int nearest = kTicks;
            for (const int i : x)
              for (const int j : ref) nearest = std::min(nearest, std::abs(i - j) - 1);
            return nearest <= distance;
          }));
    for (int r = 0; r < kNumRelations; ++r) {
      const auto relation = static_cast<Relation>(r);
      Intervals expected;
      for (const auto& x : a) {
        if (std::any_of(refs.begin(), refs.end(), [&](const auto& ref) {
              return brute_relation(x, ref) == relation;
            }))
          expected.push_back(x);
      }
      CHECK(related(a, relation, refs) == expected);
    }
    Intervals early;
    Intervals late;
    for (const auto& x : a) (*ticks_of(x).begin() < t ? early : late).push_back(x);
    CHECK(beginning_before(a, at(t)) == early);
    CHECK(beginning_from(a, at(t)) == late);
    if (refs.size() >= 2 && refs[0].end <= refs[1].begin) {
      Intervals middle;
      for (const auto& x : a) {
        const auto ticks = ticks_of(x);
        if (*ticks.begin() > *ticks_of(refs[0]).rbegin() &&
            *ticks.rbegin() < *ticks_of(refs[1]).begin())
          middle.push_back(x);
      }
      CHECK(between(a, refs[0], refs[1]) == middle);
    }
  }
}

TEST_CASE("one of a list: by position from either end, the longest, the shortest") {
  const Intervals list{span(0, 3), span(5, 9), span(10, 14), span(20, 21)};
  struct Row {
    std::string name;
    std::optional<TimeSpan> found;
    std::optional<TimeSpan> expected;
  };
  const std::vector<Row> rows{
      {"first", nth(list, 1), span(0, 3)},
      {"third", nth(list, 3), span(10, 14)},
      {"last", nth(list, -1), span(20, 21)},
      {"last but three", nth(list, -4), span(0, 3)},
      {"beyond the end", nth(list, 5), {}},
      {"before the beginning", nth(list, -5), {}},
      {"number nought", nth(list, 0), {}},
      {"of nothing", nth({}, 1), {}},
      {"the earlier of two longest", longest(list), span(5, 9)},
      {"the shortest", shortest(list), span(20, 21)},
      {"the longest of nothing", longest({}), {}},
      {"the shortest of nothing", shortest({}), {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(row.found == row.expected);
  }
}

TEST_CASE("numbers: a rate counts what begins inside, moments count once") {
  const Intervals list{span(0, 10), span(5, 20), span(1800, 1801)};
  CHECK(total_duration(list) == std::chrono::seconds{21});
  CHECK(rate_per_hour(list, {span(0, 3600)}) == doctest::Approx(3));
  CHECK(rate_per_hour(list, {span(0, 1800)}) == doctest::Approx(4));
  CHECK(rate_per_hour(list, {span(1, 1801)}) == doctest::Approx(4));
  CHECK(rate_per_hour(list, {}) == 0);
  CHECK(rate_per_hour({}, {span(0, 1)}) == 0);
}

TEST_CASE("order goes by first begin, keeps ties, and leaves out what never happens") {
  const std::vector<Intervals> lists{{span(9, 10)}, {}, {span(2, 3), span(20, 30)}, {span(9, 12)}};
  CHECK(order_of(lists) == std::vector<std::size_t>{2, 0, 3});
  CHECK(order_of({}).empty());
}

TEST_CASE("operators are exact to the nanosecond") {
  const TimeSpan a{MediaTime::from_ns(0), MediaTime::from_ns(5)};
  const TimeSpan b{MediaTime::from_ns(5), MediaTime::from_ns(6)};
  CHECK(unite({b, a}) == Intervals{{a.begin, b.end}});
  CHECK(both({a}, {b}).empty());
  CHECK(relation_between(a, b) == Relation::meets);
  CHECK(relation_between(a, {MediaTime::from_ns(6), MediaTime::from_ns(7)}) == Relation::before);
  CHECK_FALSE(holds_at({a}, MediaTime::from_ns(5)));
  CHECK(near({a}, {{MediaTime::from_ns(7), MediaTime::from_ns(9)}}, MediaDuration{1}).empty());
  CHECK(near({a}, {{MediaTime::from_ns(7), MediaTime::from_ns(9)}}, MediaDuration{2}).size() == 1);
}
