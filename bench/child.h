// Another program, run and measured from outside.
#pragma once

#include <string>
#include <vector>

namespace hindsight::bench {

/// What one run printed and took.
struct ChildRun {
  std::string output;         ///< its stdout
  double seconds = 0;         ///< on the clock
  double peak_megabytes = 0;  ///< resident, libraries included
};

/// Runs arguments[0] and waits for it; throws when it cannot be run or fails.
[[nodiscard]] ChildRun run_child(const std::vector<std::string>& arguments);

}  // namespace hindsight::bench
