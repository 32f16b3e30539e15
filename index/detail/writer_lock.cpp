#include "index/detail/writer_lock.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.h"

namespace hindsight::index::detail {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds{20};

/// Open-file-description locks: two stores in one process exclude each other too.
bool try_lock(int descriptor) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  while (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

std::string read_holder(int descriptor) {
  std::array<char, 512> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "another process";
}

std::string describe_self(const std::string& purpose) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("process {}{} since {:%Y-%m-%d %H:%M}",
                     getpid(),
                     purpose.empty() ? "" : fmt::format(" ({:.200})", purpose),
                     local);
}

}  // namespace

WriterLock::WriterLock(const std::string& store_path,
                       const std::string& purpose,
                       std::chrono::milliseconds wait) {
  const std::string path = store_path + ".lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    const bool is_full = errno == ENOSPC || errno == EDQUOT;
    throw Error(ErrorCode::store,
                fmt::format("the token cache '{}' cannot be written: {} ('{}'); {}",
                            store_path,
                            std::strerror(errno),
                            path,
                            is_full ? "free some space"
                                    : "choose another --store or change the permissions"));
  }
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (!try_lock(descriptor_)) {
    if (std::chrono::steady_clock::now() >= deadline) {
      const std::string holder = read_holder(descriptor_);
      close(descriptor_);
      throw Error(
          ErrorCode::store,
          fmt::format("the token cache '{}' is held by {}; wait until it has ended or stop it",
                      store_path,
                      holder));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  // A note for others; the lock itself does not depend on it.
  const std::string self = describe_self(purpose);
  if (ftruncate(descriptor_, 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(descriptor_, self.data(), self.size(), 0);
  }
}

WriterLock::~WriterLock() {
  [[maybe_unused]] const int emptied = ftruncate(descriptor_, 0);
  close(descriptor_);
}

}  // namespace hindsight::index::detail
