// Where between two pairs something began or ended: at a cut, or where the picture began or ceased
// to move.  What the sampler measured of every frame is kept with the pairs, so no pixel is needed.
#pragma once

#include <vector>

#include "core/media_time.h"
#include "index/records.h"
#include "query/timeline.h"

namespace hindsight::query {

/// How what is asked about ceases.
enum class Ceasing {
  leaves,  ///< it moves until it is gone
  /// Something else takes its place at once, and is looked at right behind the change: a text.
  is_replaced,
};

/// Lets neighbours meet at the change between them instead of half-way: what they cover then is
/// what their frames show.  A change is a cut or the begin of activity, the last one, or the first
/// frame of a pair that was taken at a change without activity: too small or too sudden. pairs: of
/// one run, by time; activity: of the same run, by time, disjoint; cuts: by time.
void meet_at_changes(std::vector<index::StoredPair>& pairs,
                     const Intervals& activity,
                     const std::vector<MediaTime>& cuts);

/// Moves each end of an interval that lies between a pair of which the predicate is not true and
/// one of which it is, to the change nearest to the latter: a cut or the begin of activity before
/// the interval's first pair, a cut or the end of activity after its last one.  What is replaced
/// ends with the change nearest to the pair that no longer shows it, a cut or the begin of
/// activity, and so does what leaves where no activity ends between the two pairs.  An end with no
/// change between the two pairs stays where they meet.  With activity, what leaves begins half a
/// second later, when it has come in, and no later than its first pair.
/// activity: of the same run, by time, disjoint; cuts: by time.
[[nodiscard]] Timeline place_boundaries(Timeline timeline,
                                        const Intervals& activity,
                                        const std::vector<MediaTime>& cuts,
                                        Ceasing ceasing = Ceasing::leaves);

/// Moves each such end to the begin, or the end, of one of `shown` between the two pairs: where it
/// is known, up to `error`, when the predicate came to hold and ceased, as of a clock.  Not where
/// the pairs tell it as well; and what a cut shows begins no earlier than the cut, and ends no
/// later.
/// shown: by time, disjoint; cuts: by time.
[[nodiscard]] Timeline place_at_ends_of(const Intervals& shown,
                                        MediaDuration error,
                                        const std::vector<MediaTime>& cuts,
                                        Timeline timeline);

}  // namespace hindsight::query
