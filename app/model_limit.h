// How large the pictures may be that a plan asks for: a model says what it was made for.
#pragma once

#include <string>

#include "app/context.h"
#include "model/config.h"
#include "sampler/plan.h"

namespace hindsight::app {

/// A model's folder says how large the pictures are that it was made for.
void limit_to_model(sampler::PlanOptions& plan, const model::PreprocessorConfig& preprocessor);

/// Limits `plan` to the model that `ingest` would take.  Returns for people which it is and what
/// holds: "models/hindsight-tiny: 16 to 45 tokens a pair"; or that there is none.  Throws
/// Error(usage) for a plan that sampler::validate() refuses, Error(not_found) for a folder that was
/// named and is not there, Error(model) for one that cannot be read.
[[nodiscard]] std::string limit_to_found_model(sampler::PlanOptions& plan, const Context& context);

}  // namespace hindsight::app
