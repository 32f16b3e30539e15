// Private to pipeline/.
#pragma once

#include <chrono>

#include "ingest/video_reader.h"
#include "pipeline/ladder.h"

namespace hindsight::pipeline {

/// Adds what happens to the reader from its construction to its destruction.
class RungMeter {
 public:
  RungMeter(const ingest::VideoReader& reader, RungCost& cost)
      : reader_(reader), cost_(cost), before_(reader.stats()) {}
  ~RungMeter() {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin_;
    const auto& after = reader_.stats();
    cost_.seconds += taken.count();
    cost_.packets += after.packets_read - before_.packets_read;
    cost_.frames += after.frames_decoded - before_.frames_decoded;
  }
  RungMeter(const RungMeter&) = delete;
  RungMeter& operator=(const RungMeter&) = delete;

 private:
  const ingest::VideoReader& reader_;
  RungCost& cost_;
  ingest::DecodeStats before_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace hindsight::pipeline
