#include "ingest/detail/file_descriptor.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hindsight::ingest::detail {

FileDescriptor::~FileDescriptor() {
  if (fd_ > STDERR_FILENO) close(fd_);
}

bool FileDescriptor::read_at(std::int64_t position, std::span<std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = pread(fd_, bytes.data(), bytes.size(), position);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    position += count;
  }
  return true;
}

FileDescriptor open_regular(const std::string& path) {
  struct stat status {};
  // Opening a pipe would wait for its writer.
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return FileDescriptor(-1);
  return FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace hindsight::ingest::detail
