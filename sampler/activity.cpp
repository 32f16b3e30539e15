#include "sampler/activity.h"

#include <algorithm>
#include <cmath>

#include "sampler/change_map.h"
#include "sampler/onsets.h"

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// Two moments that are compared lie 0.4 s apart.
constexpr MediaDuration kLag = 400ms;
// A step between neighbours that is stronger than this moves something.
constexpr float kMovingStep = 6;
// An activity goes on while motion is above this share of the threshold and of its own peak
// nearby.
constexpr float kHold = 0.5F;
constexpr float kHoldOfPeak = 0.25F;
constexpr MediaDuration kPeakReach = 1500ms;
constexpr MediaDuration kLongestGap = 1s;
constexpr MediaDuration kShortest = 150ms;

/// A comparison of two pictures of one shot.
struct Look {
  std::size_t before = 0;
  std::size_t after = 0;
  std::size_t shot = 0;
  std::uint32_t weight = 1;  ///< time it stands for, in looks
};

MediaTime middle(MediaTime a, MediaTime b) { return a + (b - a) / 2; }

/// Pairs of pictures to compare, by time.
std::vector<Look> choose_looks(Pictures pictures, const std::vector<std::size_t>& cuts) {
  std::vector<Look> looks;
  std::vector<std::size_t> grid;  // of the current shot
  std::size_t shot = 0;
  std::size_t partner = 0;  // into grid
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (shot < cuts.size() && cuts[shot] == i) {
      ++shot;
      grid.clear();
      partner = 0;
    }
    if (!grid.empty() && pictures[i].after_gap()) {
      const auto unseen = pictures[i].time - pictures[i - 1].time;
      looks.push_back({i - 1, i, shot, look_weight(unseen)});
      grid.clear();
      partner = 0;
    }
    if (!grid.empty() && pictures[i].time - pictures[grid.back()].time < kLookStep) continue;
    grid.push_back(i);
    if (grid.size() < 2) continue;
    while (partner + 2 < grid.size() && pictures[grid[partner + 1]].time + kLag <= pictures[i].time)
      ++partner;
    looks.push_back({grid[partner], i, shot});
  }
  return looks;
}

/// Looks [first, last] of one shot.
struct Run {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Runs of motion above the holding level that reach the threshold somewhere.
std::vector<Run> find_runs(const std::vector<Motion>& motion,
                           const std::vector<Look>& looks,
                           float threshold) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < motion.size(); ++i) {
    if (motion[i].strength < kHold * threshold) continue;
    Run run{i, i};
    while (run.last + 1 < motion.size() && looks[run.last + 1].shot == looks[i].shot &&
           motion[run.last + 1].strength >= kHold * threshold)
      ++run.last;
    i = run.last;
    const bool strong = std::any_of(motion.begin() + static_cast<std::ptrdiff_t>(run.first),
                                    motion.begin() + static_cast<std::ptrdiff_t>(run.last) + 1,
                                    [&](const Motion& m) { return m.strength >= threshold; });
    if (strong) runs.push_back(run);
  }
  return runs;
}

/// Moves the ends inwards to where motion rises above a share of the peak nearby.
void trim(Run& run, const std::vector<Motion>& motion) {
  const auto weak = [&](std::size_t i) {
    float peak = 0;
    for (std::size_t j = run.first; j <= run.last; ++j) {
      if (abs(motion[j].time - motion[i].time) <= kPeakReach) {
        peak = std::max(peak, motion[j].strength);
      }
    }
    return motion[i].strength < kHoldOfPeak * peak;
  };
  while (run.first < run.last && weak(run.first)) ++run.first;
  while (run.last > run.first && weak(run.last)) --run.last;
}

/// True when everything that changed did so between two neighbouring frames and stood still before
/// and after: a light, or a jump in the recording.
bool is_single_jump(Pictures pictures,
                    const Run& run,
                    const std::vector<Look>& looks,
                    const std::vector<Motion>& motion,
                    const std::array<float, kNumCells>& deviations) {
  if (motion[run.last].time - motion[run.first].time > kLag + 2 * kLookStep) return false;
  const std::size_t first = looks[run.first].before;
  const std::size_t last = looks[run.last].after;
  if (last - first < 4) return false;
  std::size_t moving_steps = 0;
  float widest = 0;
  for (std::size_t i = first; i < last; ++i) {
    const auto step =
        measure_motion(pictures[i].time, change_map(pictures[i], pictures[i + 1]), deviations);
    const bool moves = step.area > kWholePicture || step.strength >= kMovingStep;
    moving_steps += moves ? 1 : 0;
    widest = std::max(widest, step.area);
  }
  // A small thing that appears at once is an event, whatever put it there.
  return moving_steps <= 1 && widest > 0.2F;
}

std::vector<Activity> merge(std::vector<Activity> parts, const std::vector<MediaTime>& cut_times) {
  std::vector<Activity> merged;
  for (const auto& part : parts) {
    const bool cut_between =
        !merged.empty() && std::any_of(cut_times.begin(), cut_times.end(), [&](MediaTime cut) {
          return merged.back().span.end <= cut && cut <= part.span.begin;
        });
    if (!merged.empty() && !cut_between && part.span.begin - merged.back().span.end < kLongestGap) {
      merged.back().span.end = part.span.end;
      merged.back().score = std::max(merged.back().score, part.score);
    } else {
      merged.push_back(part);
    }
  }
  std::erase_if(merged, [](const Activity& a) { return a.span.length() < kShortest; });
  return merged;
}

}  // namespace

ActivityFindings find_activity(Pictures pictures, const std::vector<std::size_t>& cuts) {
  const auto looks = choose_looks(pictures, cuts);
  CellNoise noise;
  for (const auto& look : looks) {
    noise.add(change_map(pictures[look.before], pictures[look.after]), look.weight);
  }
  ActivityFindings findings;
  findings.deviations = noise.deviations();
  const auto& deviations = findings.deviations;
  std::vector<std::uint32_t> weights;
  OnsetWatch onsets;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const auto& look = looks[i];
    const auto& before = pictures[look.before];
    const auto& after = pictures[look.after];
    if (i > 0 && look.shot != looks[i - 1].shot) onsets = {};
    const auto map = change_map(before, after);
    auto motion = measure_motion(middle(before.time, after.time), map, deviations);
    if (motion.strength > 0) motion.smallest = smallest_thing(map, deviations);
    const bool stands_still = motion.area <= kWholePicture;
    if (stands_still && onsets.look(after.time, map, deviations) && !after.after_gap())
      findings.onsets.push_back(after.time);
    findings.motion.push_back(motion);
    weights.push_back(look.weight);
  }
  findings.threshold = motion_threshold(findings.motion, weights);

  std::vector<Activity> parts;
  for (Run run : find_runs(findings.motion, looks, findings.threshold)) {
    if (is_single_jump(pictures, run, looks, findings.motion, deviations)) continue;
    trim(run, findings.motion);
    float peak = 0;
    for (std::size_t i = run.first; i <= run.last; ++i) {
      peak = std::max(peak, findings.motion[i].strength);
    }
    const auto& last = pictures[looks[run.last].after];
    parts.push_back({{findings.motion[run.first].time,
                      std::max(findings.motion[run.last].time,
                               findings.motion[run.first].time + last.duration)},
                     1 - 0.5 * static_cast<double>(findings.threshold / peak)});
  }
  std::vector<MediaTime> cut_times;
  for (const auto cut : cuts) cut_times.push_back(pictures[cut].time);
  findings.activity = merge(std::move(parts), cut_times);
  return findings;
}

}  // namespace hindsight::sampler
