// A program that writes into a named pipe, on a thread.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hindsight::test {

/// Makes the pipe and writes files into it, one behind the other, as fast as they are read.
class PipeWriter {
 public:
  /// `stays_open`: until its end the pipe is not closed after the last file.
  PipeWriter(std::string path, std::vector<std::string> files, bool stays_open = false)
      : path_(std::move(path)) {
    // A reader may go before all is written.
    std::signal(SIGPIPE, SIG_IGN);
    if (mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("no named pipe");
    writer_ = std::jthread([this, files = std::move(files), stays_open](std::stop_token stop) {
      const int pipe = open(path_.c_str(), O_WRONLY | O_CLOEXEC);
      for (const auto& file : files) write_all(pipe, file);
      while (stays_open && !stop.stop_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
      close(pipe);
      is_done_ = true;
    });
  }
  ~PipeWriter() {
    // It may still wait for a reader, or for one that has gone.
    const int pipe = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    writer_.request_stop();
    char buffer[65536];
    while (!is_done_) {
      if (read(pipe, buffer, sizeof buffer) <= 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    writer_.join();
    close(pipe);
    unlink(path_.c_str());
  }
  PipeWriter(const PipeWriter&) = delete;
  PipeWriter& operator=(const PipeWriter&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void write_all(int pipe, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    for (std::size_t at = 0; at < bytes.size();) {
      const auto count = write(pipe, bytes.data() + at, bytes.size() - at);
      if (count <= 0) return;
      at += static_cast<std::size_t>(count);
    }
  }

  std::string path_;
  std::atomic<bool> is_done_ = false;
  std::jthread writer_;  // last: it uses everything above
};

}  // namespace hindsight::test
