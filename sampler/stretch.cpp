#include "sampler/stretch.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "sampler/activity.h"
#include "sampler/blends.h"
#include "sampler/candidates.h"
#include "sampler/cuts.h"
#include "sampler/pair_set.h"
#include "sampler/ranking.h"
#include "sampler/sizing.h"
#include "sampler/told_pictures.h"

namespace hindsight::sampler {
namespace {

static_assert(kStretchContext >= kCutContext && kStretchContext >= kBlendContext &&
              kStretchContext >= kActivityContext);

// A moment of activity counts as this many other moments.
constexpr double kActivityWeight = 3;

Pictures pictures_within(Pictures pictures, const TimeSpan& span) {
  const auto before = [](const SmallPicture& p, MediaTime t) { return p.time < t; };
  const auto first = std::lower_bound(pictures.begin(), pictures.end(), span.begin, before);
  const auto last = std::lower_bound(first, pictures.end(), span.end, before);
  return {first, last};
}

/// With one more picture on each side that lies across a gap.
Pictures widened(Pictures pictures, const TimeSpan& window) {
  const Pictures inside = pictures_within(pictures, window);
  auto first = static_cast<std::size_t>(inside.data() - pictures.data());
  std::size_t end = first + inside.size();
  if (first > 0 && first < pictures.size() && pictures[first].after_gap()) --first;
  if (end < pictures.size() && pictures[end].after_gap()) ++end;
  return pictures.subspan(first, end - first);
}

MediaTime meeting(const StretchPlan& plan, const PlannedPair& a, const PlannedPair& b) {
  const MediaTime middle = a.second + (b.first - a.second) / 2;
  MediaTime meeting = middle;
  bool at_cut = false;
  for (const auto& shot : plan.shots) {
    const MediaTime cut = shot.span.begin;
    if (!shot.begins_at_cut || cut <= a.second || cut > b.first) continue;
    if (!at_cut || abs(cut - middle) < abs(meeting - middle)) meeting = cut;
    at_cut = true;
  }
  // Frames 1 ns apart have no middle.
  return std::max(meeting, a.second + MediaDuration{1});
}

/// Everything about one stretch that the steps of planning share.
class StretchPlanning {
 public:
  StretchPlanning(const StretchInput& input, const PlanOptions& options)
      : input_(input), options_(options) {
    const MediaDuration earlier = input.before ? input.before->context : kStretchContext;
    const TimeSpan window{input.span.begin - earlier, input.span.end + kStretchContext};
    const Pictures seen = widened(input.pictures, window);
    const auto hard_cuts = find_cuts(seen);
    const auto blends = find_blends(seen, hard_cuts);
    leave_out_blends(seen, blends);
    const Pictures around = around_pictures_;
    const Pictures inside = pictures_within(around, input.span);
    view_.span = input.span;
    view_.begins_video = input.number == 0;
    if (inside.empty()) return;
    add_frames(inside);
    const auto cuts = all_cuts(around, begins_of_shots(seen, hard_cuts));
    auto findings = find_activity(around, cuts);
    view_.motion = std::move(findings.motion);
    view_.threshold = findings.threshold;
    view_.deviations = findings.deviations;
    view_.onsets = std::move(findings.onsets);
    for (const auto& activity : findings.activity) {
      const TimeSpan part = intersect(activity.span, input.span);
      if (!part.empty()) view_.activity.push_back({part, activity.score});
      around_.activity.push_back(activity.span);
    }
    auto cut_times = times_of(cuts, around);
    if (input.before) around_.shots = shots_around(around, cut_times);
    add_told_pictures(inside, cut_times);
    add_shots(cut_times);
  }

  [[nodiscard]] StretchPlan plan() const {
    StretchPlan plan{input_.number, input_.span, {}, view_.activity, {}};
    if (view_.pictures.empty()) return plan;
    plan.shots = shots();
    plan.pairs = choose_pairs();
    share_out(plan);
    plan.motion = motion_peaks();
    return plan;
  }

 private:
  /// What shows two scenes at once says little of either.
  void leave_out_blends(Pictures seen, const std::vector<Blend>& blends) {
    around_pictures_.assign(seen.begin(), seen.end());
    for (const auto& blend : blends) {
      const TimeSpan span{seen[blend.begin].time + MediaDuration{1}, seen[blend.end].time};
      blended_.push_back({span, seen[blend.middle].time});
      std::erase_if(around_pictures_,
                    [&](const SmallPicture& picture) { return span.contains(picture.time); });
      const auto after =
          std::ranges::lower_bound(around_pictures_, seen[blend.end].time, {}, &SmallPicture::time);
      after->unseen = after->time - seen[blend.begin].time;
    }
  }

  [[nodiscard]] bool is_blended(MediaTime time) const {
    return std::ranges::any_of(blended_,
                               [&](const Blended& blended) { return blended.span.contains(time); });
  }

  void add_frames(Pictures inside) {
    for (const MediaTime frame : input_.frames) {
      if (input_.span.contains(frame) && !is_blended(frame)) frames_.push_back(frame);
    }
    if (frames_.empty()) {
      for (const auto& picture : inside) frames_.push_back(picture.time);
    }
    view_.frames = frames_;
  }

  [[nodiscard]] std::vector<MediaTime> begins_of_shots(Pictures seen,
                                                       const std::vector<std::size_t>& cuts) const {
    std::vector<MediaTime> begins;
    for (const auto cut : cuts) begins.push_back(seen[cut].time);
    for (const auto& blended : blended_) begins.push_back(blended.span.end);
    return begins;
  }

  /// The cuts that packets tell between a picture and the one before it.
  [[nodiscard]] std::vector<MediaTime> told_cuts(Pictures around, std::size_t i) const {
    std::vector<MediaTime> cuts;
    if (i == 0 || !around[i].after_gap()) return cuts;
    for (const auto& told : input_.told) {
      if (told.is_cut && told.time > around[i - 1].time && told.time <= around[i].time)
        cuts.push_back(told.time);
    }
    return cuts;
  }

  /// Those that are `seen` to begin a shot, those known, and those that packets tell.
  [[nodiscard]] std::vector<std::size_t> all_cuts(Pictures around,
                                                  const std::vector<MediaTime>& begins) const {
    std::vector<std::size_t> cuts;
    for (std::size_t i = 1; i < around.size(); ++i) {
      const MediaTime time = around[i].time;
      if (std::ranges::count(begins, time) > 0 || std::ranges::count(input_.known_cuts, time) > 0 ||
          !told_cuts(around, i).empty())
        cuts.push_back(i);
    }
    return cuts;
  }

  /// When a shot begins whose first picture is of `time`: at the middle of a blend, if that is in
  /// the stretch.
  [[nodiscard]] MediaTime begin_of(MediaTime time) const {
    for (const auto& blended : blended_) {
      if (blended.span.end == time && input_.span.contains(time))
        return std::max(blended.middle, input_.span.begin);
    }
    return time;
  }

  /// When the shots begin that `cuts` begin: where packets tell it, there.
  [[nodiscard]] std::vector<MediaTime> times_of(const std::vector<std::size_t>& cuts,
                                                Pictures around) const {
    std::vector<MediaTime> times;
    for (const auto cut : cuts) {
      const auto told = told_cuts(around, cut);
      times.insert(times.end(), told.begin(), told.end());
      if (told.empty()) times.push_back(begin_of(around[cut].time));
    }
    return times;
  }

  void add_told_pictures(Pictures inside, const std::vector<MediaTime>& cut_times) {
    auto told = add_told({inside, around_pictures_, input_.span, frames_, input_.told, cut_times});
    pictures_ = std::move(told.pictures);
    view_.pictures = pictures_;
    for (const MediaTime moment : told.moments)
      view_.told.push_back(picture_at(view_.pictures, moment));
  }

  void add_shots(const std::vector<MediaTime>& cut_times) {
    view_.shots.push_back({0, 0, input_.span.begin});
    for (const MediaTime time : cut_times) {
      const auto at = std::ranges::lower_bound(view_.pictures, time, {}, &SmallPicture::time);
      const auto cut = static_cast<std::size_t>(at - view_.pictures.begin());
      if (cut == 0 && input_.span.contains(time)) {
        view_.begins_at_cut = true;
        view_.shots.front().from = time;
      }
      if (cut == 0 || at == view_.pictures.end()) continue;
      view_.shots.back().end = cut;
      view_.shots.push_back({cut, 0, time});
    }
    view_.shots.back().end = view_.pictures.size();
  }

  /// Those that reach into the stretch, as far as `around` goes.
  [[nodiscard]] std::vector<Shot> shots_around(Pictures around,
                                               const std::vector<MediaTime>& cut_times) const {
    std::vector<Shot> shots{{{around.front().time, {}}, false}};
    for (const MediaTime cut : cut_times) {
      shots.back().span.end = cut;
      shots.push_back({{cut, {}}, true});
    }
    shots.back().span.end = around.back().time + around.back().duration;
    std::erase_if(shots, [&](const Shot& shot) { return !shot.span.overlaps(input_.span); });
    return shots;
  }

  [[nodiscard]] std::vector<Shot> shots() const {
    std::vector<Shot> shots;
    for (const auto& shot : view_.shots) {
      const bool cut = !shots.empty() || view_.begins_at_cut;
      if (!shots.empty()) shots.back().span.end = shot.from;
      shots.push_back({{shot.from, input_.span.end}, cut});
    }
    return shots;
  }

  [[nodiscard]] std::vector<Demand> demands(const std::vector<std::size_t>& moments) const {
    std::vector<Demand> demands;
    for (const auto moment : moments) {
      const MediaTime time = view_.pictures[moment].time;
      const bool active = std::any_of(view_.activity.begin(),
                                      view_.activity.end(),
                                      [&](const Activity& a) { return a.span.contains(time); });
      const bool alone =
          moment + 1 < view_.pictures.size() && view_.pictures[moment + 1].after_gap();
      const auto unseen = alone ? view_.pictures[moment + 1].time - time : kMomentStep;
      const double time_stood_for = std::max(1.0, to_seconds(unseen) / to_seconds(kMomentStep));
      demands.push_back({moment, (active ? kActivityWeight : 1) * time_stood_for});
    }
    return demands;
  }

  /// By rank, sizes set, within the budget.
  [[nodiscard]] std::vector<PlannedPair> choose_pairs() const {
    const auto moments = moments_of(view_);
    const auto& before = input_.before;
    auto pairs = before ? ongoing_pairs(view_, around_, *before, options_.coverage_floor)
                        : required_pairs(view_, options_.coverage_floor);
    for (const auto moment : moments) {
      auto pair = make_pair_at(view_, moment);
      pair.reason = Reason::novelty;
      pairs.push_back(pair);
    }
    std::vector<Candidate> candidates;
    for (const auto& pair : pairs) candidates.push_back({pair.first, pair.stage});
    const auto order = coverage_order(view_.pictures,
                                      demands(moments),
                                      candidates,
                                      options_.coverage_floor,
                                      before ? before->looks : Pictures{});
    std::vector<CandidatePair> ranked;
    for (const auto i : order) ranked.push_back(pairs[i]);
    return fit(ranked);
  }

  /// Takes from `ranked` until the first that the budget does not hold.
  [[nodiscard]] std::vector<PlannedPair> fit(const std::vector<CandidatePair>& ranked) const {
    const auto wishes = wishes_of(view_, ranked, input_.display, options_);
    const SizeLimit limit(wishes, input_.max_tokens, input_.display, options_);
    std::vector<PlannedPair> pairs;
    std::int64_t left = input_.max_tokens;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      const PictureSize size = limit.grant(wishes[i]);
      PlannedPair pair{view_.pictures[ranked[i].first].time,
                       ranked[i].second,
                       {},
                       size.width,
                       size.height,
                       ranked[i].reason,
                       static_cast<int>(pairs.size())};
      if (overlaps_any(pair, pairs)) continue;
      left -= pair.num_tokens();
      if (left < 0) break;
      pairs.push_back(pair);
    }
    return pairs;
  }

  static bool overlaps_any(const PlannedPair& pair, const std::vector<PlannedPair>& others) {
    return std::any_of(others.begin(), others.end(), [&](const PlannedPair& other) {
      return pair.first <= other.second && other.first <= pair.second;
    });
  }

  [[nodiscard]] std::vector<MotionPeak> motion_peaks() const {
    const auto second_of = [&](MediaTime time) {
      return (time - input_.span.begin) / std::chrono::seconds{1};
    };
    std::vector<MotionPeak> peaks;
    for (const auto& motion : view_.motion) {
      if (!input_.span.contains(motion.time)) continue;
      const MotionPeak peak{motion.time, motion.strength / view_.threshold};
      if (peaks.empty() || second_of(peaks.back().time) != second_of(peak.time)) {
        peaks.push_back(peak);
      } else if (peak.strength > peaks.back().strength) {
        peaks.back() = peak;
      }
    }
    return peaks;
  }

  const StretchInput& input_;
  const PlanOptions& options_;
  std::vector<SmallPicture> around_pictures_;
  struct Blended {
    TimeSpan span;  ///< without the last picture of the scene before
    MediaTime middle;
  };
  std::vector<Blended> blended_;
  std::vector<MediaTime> frames_;
  std::vector<SmallPicture> pictures_;
  StretchView view_;
  Surroundings around_;
};

}  // namespace

void share_out(StretchPlan& plan) {
  std::vector<PlannedPair*> by_time;
  for (auto& pair : plan.pairs) by_time.push_back(&pair);
  std::sort(by_time.begin(), by_time.end(), [](const PlannedPair* a, const PlannedPair* b) {
    return a->first < b->first;
  });
  MediaTime begin = plan.span.begin;
  for (std::size_t i = 0; i < by_time.size(); ++i) {
    const bool last = i + 1 == by_time.size();
    const MediaTime end = last ? plan.span.end : meeting(plan, *by_time[i], *by_time[i + 1]);
    by_time[i]->covers = {begin, end};
    begin = end;
  }
}

StretchPlan plan_stretch(const StretchInput& input, const PlanOptions& options) {
  if (input.display.width < 1 || input.display.height < 1) {
    throw Error(ErrorCode::internal, "a stretch is planned without the size of its pictures");
  }
  return StretchPlanning(input, options).plan();
}

}  // namespace hindsight::sampler
