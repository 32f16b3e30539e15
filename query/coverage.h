// How much of what was asked about was looked at.
#pragma once

#include <string>
#include <vector>

#include "index/records.h"
#include "query/operators.h"

namespace hindsight::query {

/// Of some ranges.
struct LookCoverage {
  double share = 0;             ///< of the ranges, that the pairs stand for; 0..1
  double pairs_per_minute = 0;  ///< of the ranges
  TimeSpan widest_gap;          ///< the longest part of a range in which no frame was looked at
};

/// ranges: sorted, disjoint, not empty.  Pairs beside the ranges do not count.
[[nodiscard]] LookCoverage look_coverage(const std::vector<index::StoredPair>& pairs,
                                         const Intervals& ranges);

/// What was looked at in the ranges of one or several videos.
struct VideosCoverage {
  LookCoverage all;
  std::string gap_video;    ///< where the widest gap lies
  TimeSpan asked;           ///< from the first range's begin to the last one's end, of one video
  MediaDuration length{0};  ///< of all ranges
  int num_videos = 0;

  /// Another video's; ranges: as there.
  void add(const std::string& video, const LookCoverage& coverage, const Intervals& ranges);
};

}  // namespace hindsight::query
