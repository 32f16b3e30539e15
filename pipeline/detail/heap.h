// Private to pipeline/.
#pragma once

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace hindsight::pipeline {

/// Returns free pages inside the heap to the system.  Opening a long file builds its index by
/// growing an array of megabytes again and again; the holes that leaves would count as this
/// process's memory until its end.
inline void give_free_memory_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace hindsight::pipeline
