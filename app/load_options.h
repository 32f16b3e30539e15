// Where and in what a model computes, for every verb that runs one.
#pragma once

#include <CLI/CLI.hpp>

#include "model/torch/load.h"

namespace hindsight::app {

/// "auto", "fp32", "bf16" or "fp16".
CLI::Option* add_dtype_option(CLI::App& verb, model::torch::LoadOptions& options);

/// Adds --dtype, --device and --threads. `options` must live as long as the verb; whoever loads the
/// model judges the device.
void add_load_options(CLI::App& verb, model::torch::LoadOptions& options);

}  // namespace hindsight::app
