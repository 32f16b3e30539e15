// One call of `hindsight ingest`: several inputs, one store, one model.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "app/live_options.h"
#include "model/torch/load.h"
#include "pipeline/ingest_job.h"

namespace hindsight::app {

/// As typed; the folder of the model and the store's path are in the Context.
struct IngestArguments {
  std::vector<std::string> inputs;
  pipeline::IngestOptions options;
  model::torch::LoadOptions load;
  LiveArguments live;
  bool stretch_given = false;  ///< --stretch-length
  bool json = false;
  bool dry_run = false;
};

/// Ingests one input after the other; one that cannot be read does not stop the others.  Results go
/// to stdout, the rest to stderr; sets context.exit_code.  Throws Error for what stops all inputs
/// before the first one.
void run_ingest(Context& context, IngestArguments arguments);

}  // namespace hindsight::app
