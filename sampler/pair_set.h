// What the ways of choosing pairs share.  Private to sampler/.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "sampler/candidates.h"

namespace hindsight::sampler {

/// Shots from here on get a pair.
inline constexpr MediaDuration kLeastShot = std::chrono::seconds{1};
/// From here on a shot gets one in this first part of it when the others have theirs.
inline constexpr MediaDuration kGlimpse = std::chrono::milliseconds{200};
inline constexpr MediaDuration kOpening = std::chrono::milliseconds{700};
/// An activity shorter than this is seen in one pair.
inline constexpr MediaDuration kOneLook = std::chrono::milliseconds{1200};
/// A pause between two activities from here on gets a look, and no later after the first one.
inline constexpr MediaDuration kLeastPause = std::chrono::seconds{1};
inline constexpr MediaDuration kSoonAfter = std::chrono::seconds{2};
/// What begins is looked at within so much time.
inline constexpr MediaDuration kOnset = std::chrono::milliseconds{600};
/// What is small or hides in noise is no activity: where a trace of it is left, so often a look.
inline constexpr MediaDuration kGlance = std::chrono::seconds{8};
/// The first and last look at an activity, as shares of its length.
inline constexpr double kEarly = 0.15;
inline constexpr double kLate = 0.85;

/// The last picture at or before `time`, or the first one; in a gap the nearer of its ends.
[[nodiscard]] std::size_t picture_at(Pictures pictures, MediaTime time);

/// Of the pictures in `part` the one that differs most from both looks (those that are given), if
/// by more than noise.
[[nodiscard]] std::optional<std::size_t> find_trace(const StretchView& view,
                                                    const TimeSpan& part,
                                                    const SmallPicture* before,
                                                    const SmallPicture* after);

[[nodiscard]] MediaTime within(const TimeSpan& span, double share);

/// Where motion in `span` is strongest; its middle where none is known.
[[nodiscard]] MediaTime peak_of(const StretchView& view, const TimeSpan& span);

/// Where to look between an activity and what comes next; empty: the pause is too short.
[[nodiscard]] std::optional<MediaTime> look_after(const TimeSpan& pause);

/// Where a shot is looked at for what it shows first.
struct Opening {
  TimeSpan part;     ///< a look that begins here will do
  MediaTime wanted;  ///< of the look, if there is none
};

/// What a cut shows first may be gone before the shot's first pair, and a shot may be shorter than
/// those that have to have one.  Empty: it is too short to be seen, or goes on from before and has
/// a pair of its own.
[[nodiscard]] std::optional<Opening> opening_of(const Shot& shot);

/// Adds pairs and refuses those that overlap what is there.
class PairSet {
 public:
  explicit PairSet(const StretchView& view) : view_(view) {}

  /// False when it is refused.
  bool add(std::size_t wanted, Reason reason, Stage stage) {
    CandidatePair pair = make_pair_at(view_, wanted);
    pair.reason = reason;
    pair.stage = stage;
    const bool overlaps = std::any_of(pairs_.begin(), pairs_.end(), [&](const CandidatePair& p) {
      return time_of(pair) <= p.second && time_of(p) <= pair.second;
    });
    if (!overlaps) pairs_.push_back(pair);
    return !overlaps;
  }

  [[nodiscard]] bool any_within(std::size_t begin, std::size_t end) const {
    return std::any_of(pairs_.begin(), pairs_.end(), [&](const CandidatePair& p) {
      return begin <= p.first && p.first < end;
    });
  }

  /// The first picture of the latest pair that begins in [begin, end).
  [[nodiscard]] std::optional<std::size_t> last_within(std::size_t begin, std::size_t end) const {
    std::optional<std::size_t> last;
    for (const auto& pair : pairs_)
      if (begin <= pair.first && pair.first < end && (!last || pair.first > *last))
        last = pair.first;
    return last;
  }

  /// Whether a pair begins in `span`.
  [[nodiscard]] bool any_in(const TimeSpan& span) const {
    return std::any_of(pairs_.begin(), pairs_.end(), [&](const CandidatePair& p) {
      return span.contains(time_of(p));
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
  [[nodiscard]] MediaTime time_of(const CandidatePair& pair) const {
    return view_.pictures[pair.first].time;
  }

  const StretchView& view_;
  std::vector<CandidatePair> pairs_;
};

}  // namespace hindsight::sampler
