#include "index/coverage.h"

#include <algorithm>
#include <vector>

namespace hindsight::index {

Coverage coverage_of(std::span<const StoredPair> pairs, MediaTime end) {
  std::vector<TimeSpan> covered;
  std::vector<MediaTime> looks{MediaTime{}, end};
  for (const auto& pair : pairs) {
    covered.push_back(intersect(pair.covers, {MediaTime{}, end}));
    looks.push_back(std::min(pair.first, end));
    looks.push_back(std::min(pair.second, end));
  }
  std::sort(covered.begin(), covered.end());
  std::sort(looks.begin(), looks.end());

  Coverage coverage;
  MediaDuration total{0};
  MediaTime reached{};
  for (const auto& span : covered) {
    if (span.end <= reached) continue;
    total += span.end - std::max(span.begin, reached);
    reached = span.end;
  }
  if (end > MediaTime{}) coverage.share = to_seconds(total) / to_seconds(end);
  for (std::size_t i = 1; i < looks.size(); ++i) {
    const TimeSpan gap{looks[i - 1], looks[i]};
    if (gap.length() > coverage.widest_gap.length()) coverage.widest_gap = gap;
  }
  return coverage;
}

}  // namespace hindsight::index
