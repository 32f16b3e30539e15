// Where between two pairs something began or ended: at a cut, or where the picture began or ceased
// to move.  What the sampler measured of every frame is kept with the pairs, so no pixel is needed.
#pragma once

#include <vector>

#include "core/media_time.h"
#include "query/timeline.h"

namespace hindsight::query {

/// Moves each end of an interval that lies between a pair of which the predicate is not true and
/// one of which it is, to the change nearest to the latter: a cut or the begin of activity before
/// the interval's first pair, a cut or the end of activity after its last one.  An end with no
/// change between the two pairs stays in their middle.
/// activity: of the same run, by time, disjoint; cuts: by time.
[[nodiscard]] Timeline place_boundaries(Timeline timeline,
                                        const Intervals& activity,
                                        const std::vector<MediaTime>& cuts);

}  // namespace hindsight::query
