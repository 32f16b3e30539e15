// Memory: what this process has held at most, and what the machine has left.
#pragma once

#include <cstdint>

namespace hindsight::app {

/// The highest resident set so far (VmHWM), mapped weights included; 0 where the system does not
/// tell.
[[nodiscard]] std::int64_t peak_memory_bytes();

/// Likewise of the largest process that this one, or one of its own, started and that has ended;
/// what it shares with this one counts in both.  0: there was none.
[[nodiscard]] std::int64_t peak_memory_of_ended_bytes();

/// What programs can take without swapping (MemAvailable); 0 where the system does not tell.
[[nodiscard]] std::int64_t available_memory_bytes();

}  // namespace hindsight::app
