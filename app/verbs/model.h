// The verbs below `hindsight model`.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "app/context.h"
#include "model/torch/load.h"

namespace hindsight::app {

void add_model_info(CLI::App& group, Context& context);
void add_model_run(CLI::App& group, Context& context);
void add_model_make_random(CLI::App& group, Context& context);

/// "auto", "fp32", "bf16" or "fp16".
CLI::Option* add_dtype_option(CLI::App& verb, model::torch::LoadOptions& options);

}  // namespace hindsight::app
