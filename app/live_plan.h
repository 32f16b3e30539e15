// `hindsight plan --live`: pairs as they are decided.
#pragma once

#include "app/context.h"
#include "core/media_time.h"
#include "ingest/live_options.h"
#include "ingest/sources.h"
#include "sampler/plan.h"

namespace hindsight::app {

/// Prints a line for each pair and each gap until the source ends, `length` (0: no limit) is over,
/// or Ctrl-C; then what was met.  Throws like ingest::LiveStream.
void plan_live(const ingest::Source& source,
               const sampler::PlanOptions& plan,
               const ingest::LiveOptions& options,
               MediaDuration length,
               bool as_json,
               Context& context);

}  // namespace hindsight::app
