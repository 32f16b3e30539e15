#include "app/peak_memory.h"

#include <fstream>
#include <string>

#include <sys/resource.h>

namespace hindsight::app {

std::int64_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::int64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

std::int64_t peak_memory_of_ended_bytes() {
  rusage usage{};
  return getrusage(RUSAGE_CHILDREN, &usage) == 0 ? std::int64_t{usage.ru_maxrss} * 1024 : 0;
}

std::int64_t available_memory_bytes() {
  std::ifstream meminfo("/proc/meminfo");
  std::string word;
  while (meminfo >> word) {
    std::int64_t kibibytes = 0;
    if (word == "MemAvailable:" && meminfo >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

}  // namespace hindsight::app
