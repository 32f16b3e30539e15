// One writer at a time, with a name.  An operating-system lock on a file beside the store: it dies
// with its holder.
#pragma once

#include <chrono>
#include <string>

namespace hindsight::index::detail {

/// Holds `<store>.lock` from construction to destruction.  The file stays; its text says who holds
/// the lock.
class WriterLock {
 public:
  /// Waits up to `wait`.  Throws Error(store): "... is held by process 1234 (ingest of x.mp4) since
  /// ...".
  WriterLock(const std::string& store_path,
             const std::string& purpose,
             std::chrono::milliseconds wait);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace hindsight::index::detail
