// Decodes a video stretch by stretch and plans each one: the bridge from ingest/ to sampler/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/logger.h"
#include "core/media_time.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "pipeline/ladder.h"
#include "sampler/plan.h"

namespace hindsight::pipeline {

/// Where to go on: the first stretch that has no plan yet, and what the plans before it cost.
struct PlanPosition {
  int stretch = 0;
  std::int64_t tokens_spent = 0;
};

/// Called with the time of every frame that is decoded; returns false to end the planning.
using OnFrame = std::function<bool(MediaTime)>;

/// Pull-driven: a stretch is decoded when its plan is asked for, once, and reduced to small
/// pictures; memory is bounded by the longest stretch.  A plan depends on the frames around its
/// stretch, the scan, the options and the tokens spent before it, so starting at stretch k gives
/// what a run from the beginning gives from there on.  Not thread-safe.
class StretchPlanner {
 public:
  /// Throws like VideoReader, and Error(usage) for options that validate() refuses.
  StretchPlanner(const std::string& path,
                 const ingest::PacketScan& scan,
                 const sampler::PlanOptions& options,
                 const ingest::ReaderOptions& reader_options = {},
                 const PlanPosition& start = {},
                 const Logger& logger = {});
  /// Reads with a reader that others may move between two calls of next(); it outlives the planner.
  StretchPlanner(ingest::VideoReader& reader,
                 const ingest::PacketScan& scan,
                 const sampler::PlanOptions& options,
                 const PlanPosition& start = {},
                 const Logger& logger = {});
  ~StretchPlanner();
  StretchPlanner(StretchPlanner&&) noexcept;
  StretchPlanner& operator=(StretchPlanner&&) noexcept;

  /// The plan of the next stretch, in order of time; empty after the last one, and when `on_frame`
  /// returned false.
  [[nodiscard]] std::optional<sampler::StretchPlan> next(const OnFrame& on_frame = {});

  /// Tokens of the last plan that were not encoded after all: later stretches may have them.
  void give_back(std::int64_t tokens);

  [[nodiscard]] int num_stretches() const;
  [[nodiscard]] const PlanPosition& position() const;
  [[nodiscard]] const ingest::DecodeStats& stats() const;
  /// What the stretches planned so far took.
  [[nodiscard]] const LadderReport& report() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::pipeline
