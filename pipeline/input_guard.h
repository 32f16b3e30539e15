// Notices that the file under a long job has vanished or changed.
#pragma once

#include <cstdint>
#include <string>

namespace hindsight::pipeline {

/// Remembers what `path` is at construction.  Immutable, so check() is safe from any thread.
class InputGuard {
 public:
  /// `name`: what messages call the input.  A `path` that is no local file is not watched.
  InputGuard(std::string name, std::string path);

  /// Throws Error(unreadable_input) when the file is gone, replaced, shorter, longer or written to
  /// since.
  void check() const;

 private:
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  /// False when there is no such file.
  static bool identify(const std::string& path, Identity& identity);

  std::string name_;
  std::string path_;
  Identity identity_;
  bool watched_ = false;
};

}  // namespace hindsight::pipeline
