// The pairs that a stretch might have: where they are, why, and what there is to see.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "sampler/activity.h"
#include "sampler/plan.h"
#include "sampler/ranking.h"
#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// Pictures [begin, end) between two cuts.
struct ShotPictures {
  std::size_t begin = 0;
  std::size_t end = 0;
  /// When the shot begins; the first picture may be later.
  MediaTime from{};
};

/// What is known of a stretch before pairs are chosen.
struct StretchView {
  /// Of the stretch alone.  What was not decoded but told by packets is among them as what was
  /// seen nearest to it in its shot.
  Pictures pictures{};
  std::vector<std::size_t> told{};  ///< those of them at which something comes, goes or moves
  /// Times of all its frames, also of those that were not looked at.
  std::span<const MediaTime> frames{};
  TimeSpan span{};
  std::vector<ShotPictures> shots{};          ///< share out `pictures`
  bool begins_at_cut = false;                 ///< the first of them
  bool begins_video = false;                  ///< likewise: nothing comes before it
  std::vector<Activity> activity{};           ///< within span
  std::vector<Motion> motion{};               ///< may reach beyond span
  float threshold = 1;                        ///< of motion
  std::array<float, kNumCells> deviations{};  ///< of the cells' noise
  std::vector<MediaTime> onsets{};            ///< may reach beyond span
};

struct CandidatePair {
  std::size_t first = 0;  ///< a picture
  MediaTime second{};     ///< a frame
  Reason reason = Reason::coverage;
  Stage stage = Stage::novelty;
};

/// Two frames of one shot 0.2 to 0.5 s apart, where motion between them shows most; the first is
/// the picture `wanted` or, near the end of its shot, an earlier one.  Where the frames after the
/// first were not looked at, one of them is taken by its time.  A shot that is shorter gives its
/// first and last frame, a single frame twice itself.
[[nodiscard]] CandidatePair make_pair_at(const StretchView& view, std::size_t wanted);

/// Pairs for activities, shots and the coverage floor, by time, none overlapping another.
[[nodiscard]] std::vector<CandidatePair> required_pairs(const StretchView& view,
                                                        MediaDuration coverage_floor);

/// Moments that want to be represented are this far apart.
inline constexpr MediaDuration kMomentStep = std::chrono::milliseconds{500};

/// Every half second and in every shot one moment, by time.
[[nodiscard]] std::vector<std::size_t> moments_of(const StretchView& view);

/// The smallest thing that moves around a picture, of the looks there the middle one, or that came
/// to rest just before; empty where there is none.
[[nodiscard]] Extent smallest_at(const StretchView& view, std::size_t picture);

}  // namespace hindsight::sampler
