// Private to ingest/.
#pragma once

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace hindsight::ingest::detail {

/// While one lives, blocks above 256 KiB are mappings of their own, grown without copying and given
/// back whole.  Opening a long MP4 builds an index of tens of megabytes by growing it again and
/// again; on the heap the holes that leaves count as this process's memory until its end.
/// Afterwards large blocks come from the heap again, with the thresholds that glibc would have
/// settled on by itself: a vision tower allocates them by the thousand.  When two live at once the
/// first that ends ends both, which costs memory and nothing else.
class LargeBlocksMapped {
 public:
#ifdef __GLIBC__
  LargeBlocksMapped() { mallopt(M_MMAP_THRESHOLD, 256 << 10); }
  ~LargeBlocksMapped() {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    malloc_trim(0);
  }
#else
  LargeBlocksMapped() = default;
  ~LargeBlocksMapped() {}
#endif
  LargeBlocksMapped(const LargeBlocksMapped&) = delete;
  LargeBlocksMapped& operator=(const LargeBlocksMapped&) = delete;
};

}  // namespace hindsight::ingest::detail
