#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.h"
#include "ingest/detail/file_descriptor.h"
#include "ingest/detail/media_file.h"
#include "ingest/sources.h"

namespace hindsight::ingest {
namespace {

namespace fs = std::filesystem;
using detail::FileDescriptor;
using detail::refuse;

/// A new file in the spool folder, removed again unless it is kept.
class SpoolFile {
 public:
  explicit SpoolFile(const std::string& directory)
      : path_((fs::path(directory) / "spool-XXXXXX").string()), fd_(create(directory, path_)) {}
  ~SpoolFile() {
    if (!kept_) unlink(path_.c_str());
  }
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  void write(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        throw Error(
            ErrorCode::exhausted,
            fmt::format(
                "cannot keep a copy of the input in '{}': {}; free some space or set TMPDIR",
                fs::path(path_).parent_path().string(),
                std::strerror(errno)));
      }
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      size_ += written;
    }
  }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::string keep() {
    kept_ = true;
    return path_;
  }

 private:
  static int create(const std::string& directory, std::string& path) {
    std::error_code ignored;
    fs::create_directories(directory, ignored);
    const int fd = mkostemp(path.data(), O_CLOEXEC);
    if (fd < 0) {
      throw Error(
          ErrorCode::exhausted,
          fmt::format("cannot keep a copy of the input in '{}': {}; set TMPDIR to another folder",
                      directory,
                      std::strerror(errno)));
    }
    return fd;
  }

  std::string path_;
  FileDescriptor fd_;
  std::int64_t size_ = 0;
  bool kept_ = false;
};

/// Fills a part of the buffer and returns how much; 0 at the end.
using ReadSome = std::function<std::size_t(std::span<std::uint8_t>)>;

std::string copy_all(const std::string& name,
                     const std::string& directory,
                     const ReadSome& read_some) {
  SpoolFile file(directory);
  std::vector<std::uint8_t> buffer(std::size_t{1} << 20);
  while (const std::size_t count = read_some(buffer)) file.write(std::span(buffer).first(count));
  if (file.size() == 0) refuse(name, "no data came; check the program that writes it");
  return file.keep();
}

std::string copy_descriptor(const std::string& name, int fd, const std::string& directory) {
  return copy_all(name, directory, [&](std::span<std::uint8_t> buffer) {
    while (true) {
      const ssize_t count = read(fd, buffer.data(), buffer.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) refuse(name, fmt::format("{}; start again", std::strerror(errno)));
    }
  });
}

std::string copy_url(const std::string& url, const std::string& directory) {
  detail::UrlStream stream(url);
  return copy_all(
      url, directory, [&](std::span<std::uint8_t> buffer) { return stream.read(buffer); });
}

bool is_playlist(const std::string& url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  return path.ends_with(".m3u8") || path.ends_with(".mpd");
}

}  // namespace

Source spool(const Source& source, const std::string& directory, const Logger& logger) {
  Source copied{source.name, source.path, true};
  if (source.path == "-") {
    if (isatty(STDIN_FILENO) != 0)
      refuse("stdin", "it is a terminal; pipe a video into the program");
    copied.path = copy_descriptor("stdin", STDIN_FILENO, directory);
  } else if (detail::is_url(source.path)) {
    if (is_playlist(source.path)) return source;
    copied.path = copy_url(source.path, directory);
  } else {
    std::error_code ignored;
    if (!fs::is_fifo(source.path, ignored)) return source;
    const FileDescriptor pipe(open(source.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (pipe.get() < 0) refuse(source.path, std::strerror(errno));
    copied.path = copy_descriptor(source.path, pipe.get(), directory);
  }
  logger.debug("'{}' was copied to '{}'", copied.name, copied.path);
  return copied;
}

SpoolGuard::SpoolGuard(Source source) : source_(std::move(source)) {}

SpoolGuard::~SpoolGuard() {
  std::error_code ignored;
  if (source_.spooled) fs::remove(source_.path, ignored);
}

}  // namespace hindsight::ingest
