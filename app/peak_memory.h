// Memory: what this process has held at most, and what the machine has left.
#pragma once

#include <cstdint>

namespace hindsight::app {

/// The highest resident set so far (VmHWM), mapped weights included; 0 where the system does not
/// tell.
[[nodiscard]] std::int64_t peak_memory_bytes();

/// What programs can take without swapping (MemAvailable); 0 where the system does not tell.
[[nodiscard]] std::int64_t available_memory_bytes();

}  // namespace hindsight::app
