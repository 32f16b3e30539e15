// `hindsight plan` and `timeline` under a model that limits no pair, whatever ships beside the
// program.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/run_command.h"
#include "support/temp_dir.h"

namespace hindsight::test {

inline CommandResult run_unlimited(std::vector<std::string> arguments) {
  // Without a preprocessor_config.json the largest picture is the processor's own: 1280 tokens.
  static const TempDir empty_model;
  return run_hindsight(
      std::move(arguments),
      {.standard_input = {}, .environment = {"HINDSIGHT_MODEL=" + empty_model.path().string()}});
}

}  // namespace hindsight::test
