// Where pictures should have come and did not.  Private to pipeline/.
#pragma once

#include <span>
#include <vector>

#include "ingest/packet_scan.h"
#include "sampler/small_picture.h"

namespace hindsight::pipeline {

class HoleWatch {
 public:
  /// `scan` outlives it.
  explicit HoleWatch(const ingest::PacketScan& scan)
      : bins_(scan.bins), bin_length_(scan.bin_length) {}

  /// `pictures`: all that reading `read` from end to end gave, and maybe others around it,
  /// ascending.  Adds to `holes` the spaces without a picture that hold a whole bin with packets.
  void look(const TimeSpan& read,
            sampler::Pictures pictures,
            std::vector<TimeSpan>& holes) const;

  /// Whether a whole bin of `between` has packets.
  [[nodiscard]] bool has_packets(const TimeSpan& between) const;

 private:
  std::span<const ingest::ProfileBin> bins_;
  MediaDuration bin_length_;
};

}  // namespace hindsight::pipeline
