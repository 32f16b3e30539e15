// An open file of the operating system.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace hindsight::ingest::detail {

/// Closes what it holds, but never the standard streams.
class FileDescriptor {
 public:
  /// A negative `fd`: nothing is held.
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  /// Fills `bytes` from `position` on.  False when the file ends before, or cannot be read.
  [[nodiscard]] bool read_at(std::int64_t position, std::span<std::uint8_t> bytes) const;

 private:
  int fd_;
};

/// Opens an ordinary local file for reading; holds nothing when `path` is something else.
[[nodiscard]] FileDescriptor open_regular(const std::string& path);

}  // namespace hindsight::ingest::detail
