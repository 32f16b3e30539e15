#include "sampler/ongoing.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>

#include "core/spread.h"
#include "sampler/overview.h"
#include "sampler/pair_set.h"
#include "sampler/stretch.h"

namespace hindsight::sampler {
namespace {

// A shot that has just begun is left to the next stretch, which sees more of it.
constexpr MediaDuration kJustBegun = std::chrono::milliseconds{600};
// An activity that goes on is looked at again after this long: what it does next may be short.
constexpr MediaDuration kAgain = std::chrono::milliseconds{800};
// Nobody knows when what comes next begins.
constexpr MediaTime kOpenEnd = MediaTime::from_ns(INT64_MAX / 2);

class OngoingPairs {
 public:
  OngoingPairs(const StretchView& view, const Surroundings& around, const Before& before)
      : view_(view), around_(around), before_(before), pairs_(view) {}

  void add_peaks() {
    for (const auto& activity : view_.activity) {
      const bool begins_here = std::ranges::any_of(around_.activity, [&](const TimeSpan& whole) {
        return whole.begin == activity.span.begin;
      });
      const MediaTime peak = peak_of(view_, activity.span);
      if (begins_here || !looked_near(peak)) add(peak, Reason::activity, Stage::first_look);
    }
  }

  void add_shots() {
    for (const auto& shot : around_.shots) {
      const TimeSpan here = intersect(shot.span, view_.span);
      const bool goes_on = shot.span.end > view_.span.end;
      if (shot.span.length() < kLeastShot || looked_in(shot.span)) continue;
      if (goes_on && here.length() < kJustBegun) continue;
      add(within(here, 0.5), Reason::shot, Stage::first_look);
    }
  }

  void add_floor(MediaDuration floor) {
    if (pairs_.any_in(view_.span)) return;
    const bool due =
        before_.looks.empty() || view_.span.end + before_.step - before_.looks.back().time > floor;
    if (due) add(within(view_.span, 0.5), Reason::coverage, Stage::first_look);
  }

  /// Where the last look is so long ago that another step without one is too long.
  void add_glance(MediaDuration every) {
    if (pairs_.any_in(view_.span) || before_.looks.empty()) return;
    const auto& last = before_.looks.back();
    if (view_.span.end + before_.step - last.time <= every) return;
    if (const auto trace = find_trace(view_, view_.span, &last, nullptr))
      pairs_.add(*trace, Reason::coverage, Stage::glance);
  }

  /// In the step that holds the place of the look, whichever it began in.
  void add_openings() {
    for (const auto& shot : around_.shots) {
      const auto opening = opening_of(shot);
      if (!opening || !view_.span.contains(opening->wanted) || looked_in(opening->part)) continue;
      add(opening->wanted, Reason::shot, Stage::closer_look);
    }
  }

  void add_onsets() {
    for (const MediaTime onset : view_.onsets)
      if (view_.span.contains(onset) && !looked_in({onset, onset + kOnset}))
        add(onset, Reason::activity, Stage::closer_look);
  }

  void add_further_looks() {
    for (const auto& activity : view_.activity) {
      for (const double share : {kEarly, kLate}) {
        const MediaTime wanted = within(activity.span, share);
        if (!looked_near(wanted)) add(wanted, Reason::activity, Stage::closer_look);
      }
    }
  }

  void add_looks_after() {
    const auto& all = around_.activity;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const TimeSpan pause{all[i].end, i + 1 < all.size() ? all[i + 1].begin : kOpenEnd};
      const auto wanted = look_after({pause.begin, std::min(pause.end, next_cut(pause.begin))});
      if (wanted && view_.span.contains(*wanted) && !looked_in({pause.begin, *wanted}))
        add(*wanted, Reason::activity, Stage::closer_look);
    }
  }

  [[nodiscard]] std::vector<CandidatePair> by_time() const { return pairs_.by_time(); }

 private:
  /// Of those known.
  [[nodiscard]] MediaTime next_cut(MediaTime after) const {
    for (const auto& shot : around_.shots)
      if (shot.begins_at_cut && shot.span.begin > after) return shot.span.begin;
    return kOpenEnd;
  }

  void add(MediaTime wanted, Reason reason, Stage stage) {
    pairs_.add(picture_at(view_.pictures, wanted), reason, stage);
  }

  [[nodiscard]] bool looked_in(const TimeSpan& span) const {
    return pairs_.any_in(span) || std::ranges::any_of(before_.looks, [&](const SmallPicture& look) {
             return span.contains(look.time);
           });
  }

  [[nodiscard]] bool looked_near(MediaTime time) const {
    return looked_in({time - kAgain, time + kAgain});
  }

  const StretchView& view_;
  const Surroundings& around_;
  const Before& before_;
  PairSet pairs_;
};

/// The pairs of all parts, by the rank that they are to have: the first ones of all parts, spread,
/// then the second ones.
std::vector<const PlannedPair*> ranked(const std::vector<StretchPlan>& parts) {
  struct Place {
    std::size_t within = 0;
    std::uint32_t part = 0;
    const PlannedPair* pair = nullptr;
  };
  std::vector<Place> places;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    for (std::size_t i = 0; i < parts[p].pairs.size(); ++i) {
      places.push_back({i, spread_key(static_cast<std::uint32_t>(p)), &parts[p].pairs[i]});
    }
  }
  // Any prefix of the ranks holds the originals of its repeats.
  std::ranges::sort(places, {}, [](const Place& place) {
    return std::tuple(place.pair->same_as.has_value(), place.within, place.part);
  });
  std::vector<const PlannedPair*> pairs;
  for (const auto& place : places) pairs.push_back(place.pair);
  return pairs;
}

}  // namespace

std::vector<CandidatePair> ongoing_pairs(const StretchView& view,
                                         const Surroundings& around,
                                         const Before& before,
                                         MediaDuration coverage_floor) {
  OngoingPairs pairs(view, around, before);
  pairs.add_peaks();
  pairs.add_shots();
  pairs.add_floor(coverage_floor);
  pairs.add_openings();
  pairs.add_onsets();
  pairs.add_further_looks();
  pairs.add_looks_after();
  pairs.add_glance(std::min(coverage_floor, kGlance));
  return pairs.by_time();
}

StretchPlan join_parts(int number, const TimeSpan& span, const std::vector<StretchPlan>& parts) {
  StretchPlan whole{number, span, join_shots(parts), join_activity(parts), {}};
  for (const auto& part : parts)
    whole.motion.insert(whole.motion.end(), part.motion.begin(), part.motion.end());
  std::map<int, int> rank_of;
  for (const auto* taken : ranked(parts)) {
    whole.pairs.push_back(*taken);
    auto& pair = whole.pairs.back();
    pair.rank = static_cast<int>(whole.pairs.size()) - 1;
    rank_of[taken->rank] = pair.rank;
    if (pair.same_as) pair.same_as = rank_of.at(*pair.same_as);
  }
  share_out(whole);
  return whole;
}

}  // namespace hindsight::sampler
