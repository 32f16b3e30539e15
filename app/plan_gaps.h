// Where a plan leaves something unseen.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ingest/packet_scan.h"
#include "sampler/plan.h"

namespace hindsight::app {

enum class GapKind {
  no_pair,      ///< longer than the coverage floor without a pair: the budget does not reach
  no_packet,    ///< the file holds no picture that begins here: the one before stands
  not_decoded,  ///< frames are there and cannot be decoded
};
/// "no pair", "no packet", "not decoded".
[[nodiscard]] std::string_view to_string(GapKind kind);

struct Gap {
  TimeSpan span;
  GapKind kind = GapKind::no_pair;
};

/// Ascending by begin; gaps of different kinds may overlap.  `not_decoded`: in any order, those
/// that overlap become one.
[[nodiscard]] std::vector<Gap> find_gaps(std::span<const sampler::PlannedPair> pairs,
                                         std::vector<TimeSpan> not_decoded,
                                         const ingest::PacketScan& scan,
                                         MediaTime end,
                                         MediaDuration coverage_floor);

}  // namespace hindsight::app
