#include "sampler/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/pair_set.h"

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

constexpr MediaDuration kNearest = 200ms;
constexpr MediaDuration kBest = 350ms;
constexpr MediaDuration kFurthest = 500ms;
// Where frames are further apart than kFurthest the next one will do, up to here.
constexpr MediaDuration kSparse = 2s;
// One level of mean difference outweighs this much distance from kBest.
constexpr double kSecondsPerLevel = 0.15;
// Further pairs of an activity lie this far apart.
constexpr MediaDuration kLookEvery = 2500ms;
// A shot from here on gets a look at its end.
constexpr MediaDuration kLeastClosing = 1200ms;
// What noise alone does not reach: in deviations (motion.cpp; activity begins at 12 to 30), and in
// levels of a cell that has next to none.
constexpr float kTraceInNoise = 8;
constexpr float kLeastTrace = 7;
// What a thing changes at least, in levels.
constexpr float kLeastThing = kThing * kLeastDeviation;
// What stands still was moving so long ago at most.
constexpr MediaDuration kLeftBehind = kSoonAfter + kFurthest;

const ShotPictures& shot_of(const StretchView& view, std::size_t picture) {
  const auto after = std::upper_bound(
      view.shots.begin(), view.shots.end(), picture, [](std::size_t i, const ShotPictures& s) {
        return i < s.begin;
      });
  return *(after - 1);
}

MediaTime end_of(const StretchView& view, const ShotPictures& shot) {
  return shot.end < view.pictures.size()
             ? shot_of(view, shot.end).from
             : view.frames.back() + view.pictures[shot.end - 1].duration;
}

/// The frames of `shot`.
std::span<const MediaTime> frames_of(const StretchView& view, const ShotPictures& shot) {
  const auto begin = std::ranges::lower_bound(view.frames, shot.from);
  const auto end = shot.end < view.pictures.size()
                       ? std::ranges::lower_bound(begin, view.frames.end(), end_of(view, shot))
                       : view.frames.end();
  return {begin, end};
}

/// A frame of `frames` after `from` chosen by its time alone; `from` itself where all are far.
MediaTime choose_unseen(std::span<const MediaTime> frames, MediaTime from) {
  MediaTime chosen = from;
  for (const MediaTime frame :
       std::ranges::subrange(std::ranges::upper_bound(frames, from), frames.end())) {
    const bool nearer = abs(frame - from - kBest) < abs(chosen - from - kBest);
    if (frame - from > kFurthest && chosen - from >= kNearest) break;
    if (nearer || chosen - from < kNearest) chosen = frame;
    if (frame - from > kBest) break;
  }
  return chosen - from <= kSparse ? chosen : from;
}

MediaTime choose_second(const StretchView& view, const ShotPictures& shot, std::size_t first) {
  const auto& from = view.pictures[first];
  std::size_t best = first;
  double best_value = -1e9;
  for (std::size_t i = first + 1; i < shot.end && !view.pictures[i].after_gap(); ++i) {
    const auto apart = view.pictures[i].time - from.time;
    if (apart > kFurthest) break;
    if (apart < kNearest) continue;
    const double value = luma_distance(from, view.pictures[i]) -
                         std::abs(to_seconds(apart - kBest)) / kSecondsPerLevel;
    if (value > best_value) {
      best = i;
      best_value = value;
    }
  }
  if (best != first) return view.pictures[best].time;
  return choose_unseen(frames_of(view, shot), from.time);
}

void add_peaks(const StretchView& view, PairSet& pairs) {
  for (const auto& activity : view.activity) {
    const MediaTime peak = peak_of(view, activity.span);
    pairs.add(picture_at(view.pictures, peak), Reason::activity, Stage::first_look);
  }
}

/// What begins while something else goes on may be short.
void add_onsets(const StretchView& view, PairSet& pairs) {
  for (const MediaTime onset : view.onsets) {
    if (!view.span.contains(onset) || pairs.any_in({onset, onset + kOnset})) continue;
    pairs.add(picture_at(view.pictures, onset), Reason::activity, Stage::closer_look);
  }
}

void add_further_looks(const StretchView& view, PairSet& pairs) {
  for (const auto& activity : view.activity) {
    const auto& span = activity.span;
    if (span.length() <= kOneLook) continue;
    const auto between = std::max<std::int64_t>(1, span.length() / kLookEvery + 1);
    for (std::int64_t i = 0; i <= between; ++i) {
      const double share =
          kEarly + (kLate - kEarly) * static_cast<double>(i) / static_cast<double>(between);
      const MediaTime wanted = within(span, share);
      if (pairs.any_in({wanted - kOnset, wanted + kOnset})) continue;
      pairs.add(picture_at(view.pictures, wanted), Reason::activity, Stage::closer_look);
    }
  }
}

/// What an activity leaves behind, and what stands still between two of them: a look after each,
/// before the picture is another one.
void add_looks_after(const StretchView& view, PairSet& pairs) {
  for (std::size_t i = 0; i < view.activity.size(); ++i) {
    const MediaTime begin = view.activity[i].span.end;
    const auto& shot = shot_of(view, picture_at(view.pictures, begin));
    const MediaTime next =
        i + 1 < view.activity.size() ? view.activity[i + 1].span.begin : view.span.end;
    if (const auto wanted = look_after({begin, std::min(next, end_of(view, shot))}))
      pairs.add(picture_at(view.pictures, *wanted), Reason::activity, Stage::closer_look);
  }
}

/// What packets tell, where no pair is near.
void add_told(const StretchView& view, PairSet& pairs) {
  for (const std::size_t moment : view.told) {
    const MediaTime time = view.pictures[moment].time;
    if (!pairs.any_in({time - kFurthest, time + kFurthest}))
      pairs.add(moment, Reason::activity, Stage::closer_look);
  }
}

void add_shots(const StretchView& view, PairSet& pairs) {
  for (const auto& shot : view.shots) {
    const MediaTime first = view.pictures[shot.begin].time;
    if (end_of(view, shot) - first < kLeastShot) continue;
    if (pairs.any_within(shot.begin, shot.end)) continue;
    const MediaTime middle = first + (view.pictures[shot.end - 1].time - first) / 2;
    pairs.add(picture_at(view.pictures, middle), Reason::shot, Stage::first_look);
  }
}

void add_opening(const StretchView& view, const ShotPictures& shot, bool is_new, PairSet& pairs) {
  const auto opening = opening_of({{view.pictures[shot.begin].time, end_of(view, shot)}, is_new});
  if (opening && !pairs.any_in(opening->part))
    pairs.add(picture_at(view.pictures, opening->wanted), Reason::shot, Stage::closer_look);
}

/// What a video shows first has no change before it at which it would be looked at.
void add_beginning(const StretchView& view, PairSet& pairs) {
  if (view.begins_video) add_opening(view, view.shots.front(), true, pairs);
}

void add_openings(const StretchView& view, PairSet& pairs) {
  for (const auto& shot : view.shots)
    add_opening(view, shot, shot.begin > 0 || view.begins_at_cut, pairs);
}

/// What a shot shows last, where a cut or a blend ends it and it is not known to be what was looked
/// at before.
void add_closings(const StretchView& view, PairSet& pairs) {
  for (const auto& shot : view.shots) {
    if (shot.end == view.pictures.size()) continue;
    const auto& last = view.pictures[shot.end - 1];
    if (last.time - shot.from < kLeastClosing) continue;
    if (pairs.any_in({last.time - kOpening, end_of(view, shot)})) continue;
    const bool is_told = last.after_gap();
    const auto at = is_told ? shot.end - 1 : picture_at(view.pictures, last.time - kBest);
    const auto look = pairs.last_within(shot.begin, shot.end);
    const bool is_known =
        !is_told && look &&
        static_cast<float>(largest_change(view.pictures[*look], view.pictures[at])) < kLeastThing;
    if (is_known) continue;
    pairs.add(at, Reason::shot, Stage::closer_look);
  }
}

/// Adds pairs to every gap between neighbours, and between them and the ends, that is longer than
/// allowed.  True when there was a picture to add.
bool fill_gaps(const StretchView& view, MediaDuration floor, PairSet& pairs) {
  std::vector<MediaTime> times{view.span.begin - floor / 2};
  for (const auto& pair : pairs.by_time()) times.push_back(view.pictures[pair.first].time);
  times.push_back(view.span.end + floor / 2);
  bool added = false;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const auto gap = times[i] - times[i - 1];
    const auto missing = (gap + floor - MediaDuration{1}) / floor - 1;
    for (std::int64_t j = 1; j <= missing; ++j) {
      const MediaTime wanted = times[i - 1] + gap * j / (missing + 1);
      added |= pairs.add(picture_at(view.pictures, wanted), Reason::coverage, Stage::first_look);
    }
  }
  return added;
}

/// Where pictures are few, what is nearest to the wanted places may leave longer gaps behind.
void add_floor(const StretchView& view, MediaDuration floor, PairSet& pairs) {
  while (fill_gaps(view, floor, pairs)) {
  }
}

/// Of the cell that changes most beside what noise reaches; 1 and more is a trace of something.
float trace_strength(const StretchView& view, const SmallPicture& look, const SmallPicture& now) {
  const auto change = change_map(look, now);
  float strength = 0;
  for (std::size_t i = 0; i < kNumCells; ++i) {
    const float noise = view.deviations[i];
    const float bar = noise <= kLeastDeviation ? kLeastTrace : kTraceInNoise * noise;
    strength = std::max(strength, static_cast<float>(change[i]) / bar);
  }
  return strength;
}

/// Every gap between looks, or between them and the ends, that is longer than `every` gets what
/// find_trace() finds in it, half of that away from either end.  True when there was one.
bool glance_into_gaps(const StretchView& view, MediaDuration every, PairSet& pairs) {
  bool added = false;
  MediaTime begin = view.span.begin - every / 2;
  const SmallPicture* before = nullptr;
  const auto glance = [&](MediaTime end, const SmallPicture* after) {
    if (end - begin <= every) return;
    const auto trace = find_trace(view, {begin + every / 2, end - every / 2}, before, after);
    if (trace) added |= pairs.add(*trace, Reason::coverage, Stage::glance);
  };
  for (const auto& look : pairs.by_time()) {
    const auto& picture = view.pictures[look.first];
    glance(picture.time, &picture);
    begin = picture.time;
    before = &picture;
  }
  glance(view.span.end + every / 2, nullptr);
  return added;
}

void add_glances(const StretchView& view, MediaDuration every, PairSet& pairs) {
  while (glance_into_gaps(view, every, pairs)) {
  }
}

}  // namespace

std::size_t picture_at(Pictures pictures, MediaTime time) {
  const auto after = std::upper_bound(
      pictures.begin(), pictures.end(), time, [](MediaTime t, const SmallPicture& p) {
        return t < p.time;
      });
  if (after == pictures.begin()) return 0;
  const auto at = static_cast<std::size_t>(after - pictures.begin()) - 1;
  const bool next_is_nearer = after != pictures.end() && after->after_gap() &&
                              after->time - time < time - pictures[at].time;
  return next_is_nearer ? at + 1 : at;
}

std::optional<std::size_t> find_trace(const StretchView& view,
                                      const TimeSpan& part,
                                      const SmallPicture* before,
                                      const SmallPicture* after) {
  std::optional<std::size_t> trace;
  float most = 1;
  // Of many pictures one shows a trace by chance.
  MediaTime next = part.begin;
  for (std::size_t i = 0; i < view.pictures.size(); ++i) {
    const auto& picture = view.pictures[i];
    if (picture.time < next || picture.time >= part.end) continue;
    next = picture.time + kMomentStep;
    float strength = std::numeric_limits<float>::max();
    for (const auto* look : {before, after})
      if (look != nullptr) strength = std::min(strength, trace_strength(view, *look, picture));
    if (strength < most) continue;
    most = strength;
    trace = i;
  }
  return trace;
}

MediaTime within(const TimeSpan& span, double share) {
  return span.begin +
         MediaDuration(std::llround(static_cast<double>(span.length().count()) * share));
}

MediaTime peak_of(const StretchView& view, const TimeSpan& span) {
  const Motion* peak = nullptr;
  for (const auto& motion : view.motion) {
    const bool inside = span.begin <= motion.time && motion.time < span.end;
    if (inside && (peak == nullptr || motion.strength > peak->strength)) peak = &motion;
  }
  return peak == nullptr ? within(span, 0.5) : peak->time;
}

std::optional<Opening> opening_of(const Shot& shot) {
  const auto& [begin, end] = shot.span;
  const MediaDuration length = end - begin;
  if (length < kGlimpse || (!shot.begins_at_cut && length >= kLeastShot)) return std::nullopt;
  return Opening{{begin, std::min(begin + kOpening + MediaDuration{1}, end)},
                 begin + std::min(kOpening, length) / 2};
}

std::optional<MediaTime> look_after(const TimeSpan& pause) {
  if (pause.length() < kLeastPause) return std::nullopt;
  return pause.begin + std::min(pause.length() / 2, kSoonAfter);
}

CandidatePair make_pair_at(const StretchView& view, std::size_t wanted) {
  const ShotPictures& shot = shot_of(view, wanted);
  const MediaTime last = frames_of(view, shot).back();
  std::size_t first = wanted;
  while (first > shot.begin && last - view.pictures[first].time < kNearest) --first;
  return {first, choose_second(view, shot, first)};
}

std::vector<CandidatePair> required_pairs(const StretchView& view, MediaDuration coverage_floor) {
  PairSet pairs(view);
  add_peaks(view, pairs);
  add_beginning(view, pairs);
  add_shots(view, pairs);
  add_floor(view, coverage_floor, pairs);
  add_openings(view, pairs);
  add_onsets(view, pairs);
  add_further_looks(view, pairs);
  add_looks_after(view, pairs);
  add_told(view, pairs);
  add_closings(view, pairs);
  add_glances(view, std::min(coverage_floor, kGlance), pairs);
  return pairs.by_time();
}

std::vector<std::size_t> moments_of(const StretchView& view) {
  std::vector<std::size_t> moments;
  for (const auto& shot : view.shots) {
    const std::size_t before = moments.size();
    std::int64_t last_step = -1;
    for (std::size_t i = shot.begin; i < shot.end; ++i) {
      const std::int64_t step = view.pictures[i].time.ns() / kMomentStep.count();
      if (step != last_step && (i > shot.begin || shot.end - shot.begin < 3)) {
        moments.push_back(i);
        last_step = step;
      }
    }
    if (moments.size() == before) moments.push_back(shot.begin + (shot.end - shot.begin) / 2);
  }
  return moments;
}

Extent smallest_at(const StretchView& view, std::size_t picture) {
  const MediaTime time = view.pictures[picture].time;
  const auto& pictures = shot_of(view, picture);
  const TimeSpan shot{view.pictures[pictures.begin].time, end_of(view, pictures)};
  std::vector<Extent> here;
  Extent before{};
  for (const auto& motion : view.motion) {
    const bool moves = motion.smallest.width > 0 && motion.strength >= view.threshold;
    if (!moves || !shot.contains(motion.time)) continue;
    if (abs(motion.time - time) <= kFurthest) here.push_back(motion.smallest);
    if (motion.time < time && time - motion.time <= kLeftBehind) before = motion.smallest;
  }
  if (here.empty()) return before;
  const auto middle = here.begin() + static_cast<std::ptrdiff_t>(here.size() / 2);
  std::ranges::nth_element(here, middle, {}, short_side);
  return *middle;
}

}  // namespace hindsight::sampler
