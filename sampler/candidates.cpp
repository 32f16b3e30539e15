#include "sampler/candidates.h"

#include <algorithm>
#include <cmath>

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
constexpr MediaDuration kMomentStep = 500ms;
// Shots from here on get a pair.
constexpr MediaDuration kLeastShot = 1s;
// An activity shorter than this is seen in one pair, and further pairs lie this far apart.
constexpr MediaDuration kOneLook = 1200ms;
constexpr MediaDuration kLookEvery = 5s;
// The first and last look at an activity, as shares of its length.
constexpr double kEarly = 0.15;
constexpr double kLate = 0.85;

/// The last picture at or before `time`, or the first one.
std::size_t picture_at(Pictures pictures, MediaTime time) {
  const auto after = std::upper_bound(
      pictures.begin(), pictures.end(), time, [](MediaTime t, const SmallPicture& p) {
        return t < p.time;
      });
  return after == pictures.begin() ? 0 : static_cast<std::size_t>(after - pictures.begin()) - 1;
}

const ShotPictures& shot_of(const StretchView& view, std::size_t picture) {
  const auto after = std::upper_bound(
      view.shots.begin(), view.shots.end(), picture, [](std::size_t i, const ShotPictures& s) {
        return i < s.begin;
      });
  return *(after - 1);
}

std::size_t choose_second(Pictures pictures, const ShotPictures& shot, std::size_t first) {
  const auto& from = pictures[first];
  std::size_t best = first;
  double best_value = -1e9;
  for (std::size_t i = first + 1; i < shot.end; ++i) {
    const auto apart = pictures[i].time - from.time;
    if (apart > kFurthest) break;
    if (apart < kNearest) continue;
    const double value =
        luma_distance(from, pictures[i]) - std::abs(to_seconds(apart - kBest)) / kSecondsPerLevel;
    if (value > best_value) {
      best = i;
      best_value = value;
    }
  }
  if (best != first) return best;
  // Frames are few: the next one, or the last one of a short shot.
  std::size_t next = first;
  while (next + 1 < shot.end && pictures[next].time - from.time < kNearest) ++next;
  return pictures[next].time - from.time <= kSparse ? next : first;
}

/// Adds pairs and refuses those that overlap what is there.
class PairSet {
 public:
  explicit PairSet(const StretchView& view) : view_(view) {}

  void add(std::size_t wanted, Reason reason, Stage stage) {
    CandidatePair pair = make_pair_at(view_, wanted);
    pair.reason = reason;
    pair.stage = stage;
    const bool overlaps = std::any_of(pairs_.begin(), pairs_.end(), [&](const CandidatePair& p) {
      return pair.first <= p.second && p.first <= pair.second;
    });
    if (!overlaps) pairs_.push_back(pair);
  }

  [[nodiscard]] bool any_within(std::size_t begin, std::size_t end) const {
    return std::any_of(pairs_.begin(), pairs_.end(), [&](const CandidatePair& p) {
      return begin <= p.first && p.first < end;
    });
  }

  [[nodiscard]] std::vector<CandidatePair> by_time() const {
    auto sorted = pairs_;
    std::sort(sorted.begin(), sorted.end(), [](const CandidatePair& a, const CandidatePair& b) {
      return a.first < b.first;
    });
    return sorted;
  }

 private:
  const StretchView& view_;
  std::vector<CandidatePair> pairs_;
};

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

void add_peaks(const StretchView& view, PairSet& pairs) {
  for (const auto& activity : view.activity) {
    const MediaTime peak = peak_of(view, activity.span);
    pairs.add(picture_at(view.pictures, peak), Reason::activity, Stage::first_look);
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
      pairs.add(
          picture_at(view.pictures, within(span, share)), Reason::activity, Stage::closer_look);
    }
  }
}

void add_shots(const StretchView& view, PairSet& pairs) {
  for (const auto& shot : view.shots) {
    const auto& first = view.pictures[shot.begin];
    const auto& last = view.pictures[shot.end - 1];
    if (last.time + last.duration - first.time < kLeastShot) continue;
    if (pairs.any_within(shot.begin, shot.end)) continue;
    const MediaTime middle = first.time + (last.time - first.time) / 2;
    pairs.add(picture_at(view.pictures, middle), Reason::shot, Stage::first_look);
  }
}

/// Fills every gap between neighbours, and between them and the ends, that is longer than allowed.
void add_floor(const StretchView& view, MediaDuration floor, PairSet& pairs) {
  std::vector<MediaTime> times{view.span.begin - floor / 2};
  for (const auto& pair : pairs.by_time()) times.push_back(view.pictures[pair.first].time);
  times.push_back(view.span.end + floor / 2);
  for (std::size_t i = 1; i < times.size(); ++i) {
    const auto gap = times[i] - times[i - 1];
    const auto missing = (gap + floor - MediaDuration{1}) / floor - 1;
    for (std::int64_t j = 1; j <= missing; ++j) {
      const MediaTime wanted = times[i - 1] + gap * j / (missing + 1);
      pairs.add(picture_at(view.pictures, wanted), Reason::coverage, Stage::first_look);
    }
  }
}

}  // namespace

CandidatePair make_pair_at(const StretchView& view, std::size_t wanted) {
  const ShotPictures& shot = shot_of(view, wanted);
  std::size_t first = wanted;
  while (first > shot.begin &&
         view.pictures[shot.end - 1].time - view.pictures[first].time < kNearest)
    --first;
  return {first, choose_second(view.pictures, shot, first)};
}

std::vector<CandidatePair> required_pairs(const StretchView& view, MediaDuration coverage_floor) {
  PairSet pairs(view);
  add_peaks(view, pairs);
  add_shots(view, pairs);
  add_floor(view, coverage_floor, pairs);
  add_further_looks(view, pairs);
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

double motion_at(const StretchView& view, std::size_t picture) {
  const MediaTime time = view.pictures[picture].time;
  double most = 0;
  for (const auto& motion : view.motion) {
    if (abs(motion.time - time) > kFurthest) continue;
    const double strength = std::min(1.0F, motion.strength / (4 * view.threshold));
    most = std::max(most, strength * (1 - 0.5 * static_cast<double>(motion.area)));
  }
  return most;
}

}  // namespace hindsight::sampler
