// The flags of the sampling plan, for every verb that makes one.
#pragma once

#include <CLI/CLI.hpp>

#include "sampler/plan.h"

namespace hindsight::app {

/// Adds --tokens-per-hour, --max-tokens, --coverage-floor, --min-pair-tokens, --max-pair-tokens,
/// --stretch-length, --exact and --encode-repeats. `options` must live as long as the verb;
/// sampler::validate() judges the values.
void add_plan_options(CLI::App& verb, sampler::PlanOptions& options);

}  // namespace hindsight::app
