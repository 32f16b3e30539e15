#include "pipeline/detail/hole_watch.h"

#include <algorithm>

namespace hindsight::pipeline {

bool HoleWatch::has_packets(const TimeSpan& between) const {
  const auto num_bins = std::ssize(bins_);
  const auto bin_of = [&](MediaTime time) {
    return std::clamp<std::ptrdiff_t>(time.since_start / bin_length_, 0, num_bins);
  };
  // The picture at its begin lies in the bin before the first one.
  const auto first = std::min(num_bins, bin_of(between.begin) + 1);
  const auto last = bin_of(between.end);
  return std::any_of(bins_.begin() + first,
                     bins_.begin() + std::max(first, last),
                     [](const ingest::ProfileBin& bin) {
                       return bin.key_packets + bin.other_packets > 0;
                     });
}

void HoleWatch::look(const TimeSpan& read,
                     sampler::Pictures pictures,
                     std::vector<TimeSpan>& holes) const {
  MediaTime from = read.begin;
  const auto close = [&](MediaTime to) {
    if (has_packets({from, to})) holes.push_back({from, to});
    from = std::max(from, to);
  };
  for (const auto& picture : pictures) {
    if (read.contains(picture.time)) close(picture.time);
  }
  close(read.end);
}

}  // namespace hindsight::pipeline
