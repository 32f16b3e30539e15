// The verbs below `hindsight model`.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "app/context.h"
#include "app/load_options.h"

namespace hindsight::app {

void add_model_info(CLI::App& group, Context& context);
void add_model_run(CLI::App& group, Context& context);
void add_model_make_random(CLI::App& group, Context& context);

}  // namespace hindsight::app
