// Runs programs the way a user does and captures what they print.
#pragma once

#include <string>
#include <vector>

namespace hindsight::test {

struct CommandResult {
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

struct CommandOptions {
  std::string standard_input{};
  /// "NAME=value" pairs added to the environment.
  std::vector<std::string> environment{};
};

/// Runs `arguments[0]` (searched in PATH) and waits.  Throws when it cannot be started.
CommandResult run_command(const std::vector<std::string>& arguments, const CommandOptions& options = {});

/// Path of the `hindsight` program that was built beside the tests.
std::string hindsight_program();

/// Runs the `hindsight` program that was built beside the tests.
CommandResult run_hindsight(std::vector<std::string> arguments, const CommandOptions& options = {});

}  // namespace hindsight::test
