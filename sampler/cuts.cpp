#include "sampler/cuts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "sampler/likeness.h"

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// Levels of mean difference below which two neighbours are never looked at as a cut.
constexpr double kLeastDistance = 3;
// Mean of the two ratios from which on a change is a cut.  On generated films (18 kinds of shots
// with noise, flashes, fades, shaking and panning) 1.9 to 2.2 give the same result within 1 %; 1.8
// finds 234 of the 240 cuts of the test films at 8 false ones.
constexpr double kCutRatio = 1.8;
// Differences below this many levels are noise: added to the denominator of a ratio.
constexpr double kNoise = 1;
// Of the changes on both sides this many may be extreme without being typical: the two edges of a
// flash.
constexpr std::size_t kToleratedExtremes = 2;
// A side is up to five pictures at least 30 ms apart, not further than 0.2 s unless that leaves
// fewer than three.
constexpr std::size_t kSide = 5;
constexpr std::size_t kLeastSide = 3;
constexpr MediaDuration kSideStep = 30ms;
constexpr MediaDuration kSideLength = 200ms;
// A picture this near, in levels, to the one before is that one shown again.
constexpr double kRepeated = 0.15;
// Two cuts nearer than this are one.
constexpr MediaDuration kLeastShot = 180ms;

constexpr std::size_t kBins = 32;
using Histogram = std::array<float, kBins>;  // cumulative, last bin 1

Histogram histogram_of(const SmallPicture& picture) {
  std::array<int, kBins> counts{};
  for (const std::uint8_t level : picture.luma) ++counts[level * kBins / 256];
  Histogram cumulative{};
  int sum = 0;
  for (std::size_t i = 0; i < kBins; ++i) {
    sum += counts[i];
    cumulative[i] = static_cast<float>(sum) / static_cast<float>(kNumCells);
  }
  return cumulative;
}

/// Earth mover's distance in levels.
double histogram_distance(const Histogram& a, const Histogram& b) {
  float sum = 0;
  for (std::size_t i = 0; i < kBins; ++i) sum += std::abs(a[i] - b[i]);
  return sum * (256.0 / kBins);
}

/// Indices on one side of the boundary before `at`, nearest first; without `repeated`, only of
/// pictures that differ from the one taken before, and none further than kSideLength.
std::vector<std::size_t> side_of(Pictures pictures, std::size_t at, bool after, bool repeated) {
  std::vector<std::size_t> side;
  const std::size_t nearest = after ? at : at - 1;
  for (std::size_t i = nearest; i < pictures.size() && side.size() < kSide; after ? ++i : --i) {
    const auto from_nearest = abs(pictures[i].time - pictures[nearest].time);
    if (from_nearest > kCutContext) break;
    if (from_nearest >= kSideLength && (side.size() >= kLeastSide || !repeated)) break;
    const auto is_next = [&](const SmallPicture& last) {
      return abs(pictures[i].time - last.time) >= kSideStep &&
             (repeated || color_distance(pictures[i], last) >= kRepeated);
    };
    if (side.empty() || is_next(pictures[side.back()])) side.push_back(i);
    // What is beyond a gap says nothing about this moment.
    if (after ? i + 1 < pictures.size() && pictures[i + 1].after_gap() : pictures[i].after_gap())
      break;
    if (!after && i == 0) break;
  }
  return side;
}

/// Films of 12 pictures a second in a file of 25 show each one twice: then half of the changes that
/// are usual would be none.
std::vector<std::size_t> side_of(Pictures pictures, std::size_t at, bool after) {
  const auto changing = side_of(pictures, at, after, false);
  return changing.size() >= kLeastSide ? changing : side_of(pictures, at, after, true);
}

struct Contrast {
  double across = 0;  // the least difference between the sides
  double ratio = 0;   // to what is usual on either side
};

using Distance = std::function<double(std::size_t, std::size_t)>;

Contrast contrast(const std::vector<std::size_t>& before,
                  const std::vector<std::size_t>& after,
                  const Distance& distance) {
  double across = distance(before[0], after[0]);
  for (const auto b : before) {
    for (const auto a : after) across = std::min(across, distance(b, a));
  }
  std::vector<double> usual;
  for (const auto* side : {&before, &after}) {
    for (std::size_t i = 1; i < side->size(); ++i) {
      usual.push_back(distance((*side)[i - 1], (*side)[i]));
    }
  }
  std::sort(usual.begin(), usual.end(), std::greater<>());
  const std::size_t pick = usual.size() > 2 * kToleratedExtremes ? kToleratedExtremes : 0;
  const double typical = usual.empty() ? 0 : usual[pick];
  return {across, across / (typical + kNoise)};
}

/// How surely a shot begins at picture `at`; 0: it does not.
double cut_score(Pictures pictures, const std::vector<Histogram>& histograms, std::size_t at) {
  if (color_distance(pictures[at - 1], pictures[at]) < kLeastDistance) return 0;
  const auto before = side_of(pictures, at, false);
  const auto after = side_of(pictures, at, true);
  const auto cells = contrast(before, after, [&](std::size_t i, std::size_t j) {
    return color_distance(pictures[i], pictures[j]);
  });
  if (cells.across < kLeastDistance) return 0;
  const auto tones = contrast(before, after, [&](std::size_t i, std::size_t j) {
    return histogram_distance(histograms[i], histograms[j]);
  });
  const double score = (cells.ratio + tones.ratio) / 2;
  if (score < kCutRatio || is_same_place(pictures[at - 1], pictures[at])) return 0;
  return score;
}

}  // namespace

std::vector<std::size_t> find_cuts(Pictures pictures, MediaDuration most_unseen) {
  std::vector<Histogram> histograms(pictures.size());
  std::transform(pictures.begin(), pictures.end(), histograms.begin(), histogram_of);
  std::vector<double> scores(pictures.size(), 0);
  std::vector<std::size_t> found;
  for (std::size_t i = 1; i < pictures.size(); ++i) {
    if (pictures[i].unseen > most_unseen) continue;
    scores[i] = cut_score(pictures, histograms, i);
    if (scores[i] > 0) found.push_back(i);
  }
  // The strongest of a cluster stands for it.
  std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
    return scores[a] > scores[b];
  });
  std::vector<std::size_t> cuts;
  for (const auto i : found) {
    const bool near = std::any_of(cuts.begin(), cuts.end(), [&](std::size_t cut) {
      return abs(pictures[i].time - pictures[cut].time) < kLeastShot;
    });
    if (!near) cuts.push_back(i);
  }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

}  // namespace hindsight::sampler
