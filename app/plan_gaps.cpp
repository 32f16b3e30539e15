#include "app/plan_gaps.h"

#include <algorithm>
#include <utility>

namespace hindsight::app {
namespace {

// Less is a slow camera's habit, or rounding of the profile's bins.
constexpr MediaDuration kLeastHole = std::chrono::seconds{5};
// A slide show has a picture now and then: a hole is long beside what is usual in its file.
constexpr std::int64_t kUsualDistances = 20;

/// What no pair stands for, and what lies between neighbours farther apart than `floor`.
std::vector<Gap> between_pairs(std::span<const sampler::PlannedPair> pairs,
                               MediaTime end,
                               MediaDuration floor) {
  std::vector<TimeSpan> seen;
  for (const auto& pair : pairs) seen.push_back({pair.first, pair.second});
  std::ranges::sort(seen);
  std::vector<Gap> gaps;
  MediaTime from;
  const auto add = [&](MediaTime to) {
    if (to - from > floor || (seen.empty() && to > from)) {
      gaps.push_back({{from, to}, GapKind::no_pair});
    }
  };
  for (const auto& span : seen) {
    add(span.begin);
    from = std::max(from, span.end);
  }
  add(end);
  return gaps;
}

std::vector<Gap> without_packets(const ingest::PacketScan& scan) {
  const auto usual = scan.end.since_start / std::max<std::int64_t>(1, scan.num_packets);
  const auto least = std::max(kLeastHole, kUsualDistances * usual);
  const auto is_empty = [](const ingest::ProfileBin& bin) {
    return bin.key_packets == 0 && bin.other_packets == 0;
  };
  std::vector<Gap> gaps;
  for (auto bin = scan.bins.begin(); bin != scan.bins.end();) {
    const auto first = std::find_if(bin, scan.bins.end(), is_empty);
    bin = std::find_if_not(first, scan.bins.end(), is_empty);
    const TimeSpan span{MediaTime{scan.bin_length * (first - scan.bins.begin())},
                        std::min(scan.end, MediaTime{scan.bin_length * (bin - scan.bins.begin())})};
    if (span.length() >= least) gaps.push_back({span, GapKind::no_packet});
  }
  return gaps;
}

std::vector<TimeSpan> united(std::vector<TimeSpan> spans) {
  std::ranges::sort(spans);
  std::vector<TimeSpan> joined;
  for (const auto& span : spans) {
    if (!joined.empty() && span.begin <= joined.back().end) {
      joined.back().end = std::max(joined.back().end, span.end);
    } else {
      joined.push_back(span);
    }
  }
  return joined;
}

}  // namespace

std::string_view to_string(GapKind kind) {
  switch (kind) {
    case GapKind::no_pair:
      return "no pair";
    case GapKind::no_packet:
      return "no packet";
    case GapKind::not_decoded:
      return "not decoded";
  }
  return "";
}

std::vector<Gap> find_gaps(std::span<const sampler::PlannedPair> pairs,
                           std::vector<TimeSpan> not_decoded,
                           const ingest::PacketScan& scan,
                           MediaTime end,
                           MediaDuration coverage_floor) {
  auto gaps = between_pairs(pairs, end, coverage_floor);
  const auto holes = without_packets(scan);
  gaps.insert(gaps.end(), holes.begin(), holes.end());
  for (const auto& span : united(std::move(not_decoded))) {
    gaps.push_back({span, GapKind::not_decoded});
  }
  std::ranges::stable_sort(gaps, {}, [](const Gap& gap) { return gap.span.begin; });
  return gaps;
}

}  // namespace hindsight::app
