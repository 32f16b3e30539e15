// How far a process that decodes is, in memory that it shares with the one that waits for it.
// Private to pipeline/.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

#include <sys/mman.h>

#include "core/error.h"

namespace hindsight::pipeline {

struct Pulse {
  std::atomic<std::int64_t> beats = 0;  ///< one a packet that was read
  std::atomic<std::int64_t> reached_ns = 0;
  std::atomic<std::int64_t> frames = 0;  ///< decoded by the process that decodes now
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

struct UnmapPulse {
  void operator()(Pulse* pulse) const noexcept { munmap(pulse, sizeof(Pulse)); }
};
using SharedPulse = std::unique_ptr<Pulse, UnmapPulse>;

/// Seen by this process and by those that it forks.  Throws Error(exhausted).
[[nodiscard]] inline SharedPulse make_shared_pulse() {
  void* place =
      mmap(nullptr, sizeof(Pulse), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) {
    throw Error(ErrorCode::exhausted,
                std::string("no memory for a process that decodes: ") + std::strerror(errno));
  }
  return SharedPulse(new (place) Pulse);
}

}  // namespace hindsight::pipeline
