// What the rungs of the ladder cost and found: packets, key frames, windows.  The fourth rung, the
// frames of the chosen pairs, is PairFetcher's.
#pragma once

#include <cstdint>
#include <vector>

#include "sampler/windows.h"

namespace hindsight::pipeline {

/// What reading took.
struct RungCost {
  double seconds = 0;
  std::int64_t packets = 0;  ///< read from the file
  std::int64_t frames = 0;   ///< decoded
};

struct LadderReport {
  RungCost key_frames;
  RungCost windows;
  /// Stretches that are read from end to end: the packets have no table, the key frames are too few
  /// or too far apart, or it was asked for.
  RungCost straight;
  std::vector<TimeSpan> straight_stretches;
  std::int64_t num_spaces = 0;          ///< between neighbouring key frames, all together
  std::vector<sampler::Window> opened;  ///< of them
  /// Of them, those that would have been opened in a film with fewer
  /// (sampler::LookGaps::most_read).
  std::vector<sampler::Window> left_to_packets;
  std::int64_t marked_cuts = 0;  ///< key frames out of turn that begin a shot
  std::int64_t told_cuts = 0;    ///< that packets alone tell, to within 0.2 s
  /// Between two pictures that were read one after the other though the file has a second or more
  /// of packets between them.  Two stretches may tell of the same.
  std::vector<TimeSpan> not_decoded;
};

}  // namespace hindsight::pipeline
