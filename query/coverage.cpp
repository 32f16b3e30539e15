#include "query/coverage.h"

#include <algorithm>

namespace hindsight::query {

LookCoverage look_coverage(const std::vector<index::StoredPair>& pairs, const Intervals& ranges) {
  Intervals covers;
  std::vector<TimeSpan> frames;
  LookCoverage coverage;
  for (const auto& pair : pairs) {
    covers.push_back(pair.covers);
    frames.push_back({pair.first, pair.second});
  }
  std::sort(frames.begin(), frames.end());
  const MediaDuration length = total_duration(ranges);
  if (length <= MediaDuration{}) return coverage;
  coverage.share = to_seconds(total_duration(both(covers, ranges))) / to_seconds(length);
  std::size_t inside = 0;
  for (const TimeSpan& range : ranges) {
    MediaTime seen = range.begin;
    const auto gap_until = [&](MediaTime end) {
      if (end - seen > coverage.widest_gap.length()) coverage.widest_gap = {seen, end};
    };
    for (const TimeSpan& pair : frames) {
      if (pair.begin < range.begin || pair.begin >= range.end) continue;
      ++inside;
      gap_until(pair.begin);
      seen = std::max(seen, std::min(pair.end, range.end));
    }
    gap_until(range.end);
  }
  coverage.pairs_per_minute = static_cast<double>(inside) * 60 / to_seconds(length);
  return coverage;
}

void VideosCoverage::add(const std::string& video,
                         const LookCoverage& coverage,
                         const Intervals& ranges) {
  const auto theirs = total_duration(ranges);
  const double part =
      theirs > MediaDuration{} ? to_seconds(theirs) / to_seconds(length + theirs) : 0;
  all.share += part * (coverage.share - all.share);
  all.pairs_per_minute += part * (coverage.pairs_per_minute - all.pairs_per_minute);
  if (num_videos == 0 || coverage.widest_gap.length() > all.widest_gap.length()) {
    all.widest_gap = coverage.widest_gap;
    gap_video = video;
  }
  if (num_videos == 0) asked = {ranges.front().begin, ranges.back().end};
  length += theirs;
  ++num_videos;
}

}  // namespace hindsight::query
