// From argv to an exit code: options, environment, configuration file, suggestions for misspelt words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hindsight::app {

/// Runs the verb that argv names and returns the exit code.  Throws Error for everything the user should read.
[[nodiscard]] int run_command_line(int argc, char** argv);

/// The candidate that `word` was probably meant to be (at most a third of its letters differ); empty if none.
[[nodiscard]] std::string closest_word(std::string_view word,
                                       const std::vector<std::string>& candidates);

}  // namespace hindsight::app
