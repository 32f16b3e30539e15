// From a live stream to decided pairs: the bridge from ingest/ to sampler/ for what is read once.
#pragma once

#include <cstdint>
#include <functional>

#include "core/media_time.h"
#include "ingest/live_stream.h"
#include "pipeline/live_planner.h"
#include "sampler/plan.h"

namespace hindsight::pipeline {

/// What happens, in this order for each stretch; empty ones are not called.
struct LiveEvents {
  /// With the time of every frame; false for enough.
  std::function<bool(MediaTime)> on_frame{};
  /// Tokens that the next step may have, beside the budget.
  std::function<std::int64_t()> room{};
  /// A step of `part` was decided; returns what became of it (LivePlanner::settle).
  std::function<sampler::StretchPlan(sampler::StretchPlan step, int part)> on_step{};
  /// All its steps were decided.
  std::function<void(const sampler::StretchPlan&)> on_stretch{};
  /// Nobody saw this; the stretch before it is over.
  std::function<void(const TimeSpan&)> on_gap{};
};

/// Reads until the stream's end, `length` (0: no limit) or the first refusal of on_frame; what was
/// read until then is decided.  Throws what the stream and the events throw.
void read_live(ingest::LiveStream& stream,
               LivePlanner& planner,
               MediaDuration length,
               const LiveEvents& events);

}  // namespace hindsight::pipeline
