// An open container: a local file or a URL, with refusals in one sentence and a guard against input
// that stalls.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/file_descriptor.h"
#include "ingest/limits.h"

namespace hindsight::ingest::detail {

/// True for "http://…" and the like, false for a local path.
[[nodiscard]] bool is_url(const std::string& path);

/// `url` without the user and password that it may hold: what messages and the store call it.
[[nodiscard]] std::string without_credentials(const std::string& url);

/// How long to wait for input, and who may end the wait.
struct Patience {
  /// A file on a disk that sleeps or a slow server may take long; longer than this is a hang.
  std::chrono::milliseconds stall{std::chrono::seconds{30}};
  std::stop_token stop{};
};

/// Ends a call into FFmpeg that has not come back for too long.  Its address is known to FFmpeg: it
/// does not move.
class StallGuard {
 public:
  explicit StallGuard(Patience patience = {}) : patience_(std::move(patience)) {}
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;
  /// The next call has the full time.
  void arm();
  [[nodiscard]] AVIOInterruptCB callback();
  /// Stop was requested, or the time is over.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] std::chrono::milliseconds stall() const { return patience_.stall; }

 private:
  Patience patience_;
  std::chrono::steady_clock::time_point deadline_{};
};

/// Bytes of a pipe for FFmpeg, which its own protocol would wait for without end.
class PipeBytes {
 public:
  /// `path`: "-", the standard input, or a named pipe.  Throws Error(unreadable_input).
  PipeBytes(const std::string& path, const StallGuard& guard);
  ~PipeBytes();
  PipeBytes(const PipeBytes&) = delete;
  PipeBytes& operator=(const PipeBytes&) = delete;
  [[nodiscard]] AVIOContext* context() const { return context_; }

 private:
  static int read(void* self, std::uint8_t* buffer, int size);

  FileDescriptor fd_;
  const StallGuard& guard_;
  AVIOContext* context_ = nullptr;
};

/// The bytes behind a URL, from the first to the last.
class UrlStream {
 public:
  /// Throws Error(unreadable_input).
  explicit UrlStream(std::string url);
  /// Fills a part of `buffer` and returns how much; 0 at the end.  Throws Error(unreadable_input)
  /// when the connection breaks.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer);

 private:
  std::string url_;
  StallGuard guard_;
  std::unique_ptr<AVIOContext, DeleteRef<avio_closep>> stream_;
};

/// Opens `path` (local file or URL) and reads what its header says.  Throws Error(unreadable_input)
/// in one sentence for what is missing, empty, a directory, not readable, not a media file or
/// beyond `limits`.  `on_packet` is called for every packet that is read.
class MediaFile {
 public:
  explicit MediaFile(std::string path,
                     const InputLimits& limits = {},
                     std::function<void()> on_packet = {});
  /// Also "-" and named pipes, which cannot be read twice.
  MediaFile(std::string path, const InputLimits& limits, Patience patience);

  [[nodiscard]] AVFormatContext& format() const { return *format_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// av_read_frame with a deadline for input that stalls.
  [[nodiscard]] int read(AVPacket& packet);
  /// To the last key frame at or before `ts`, by the container's index.  False when the container
  /// cannot.
  [[nodiscard]] bool seek(int stream, std::int64_t ts);
  /// Throws Error(unreadable_input) for what came to light since the header was read, too.
  void refuse_beyond_limits() const;
  /// Starts again at the first packet; for containers whose seeking cannot be trusted.
  void reopen();

 private:
  void open();
  /// Makes those known that only packets tell of, before FFmpeg probes what is known.
  void meet_streams();
  void find_streams();
  /// What messages call it.
  [[nodiscard]] std::string shown() const;

  std::string path_;
  InputLimits limits_;
  std::function<void()> on_packet_;
  std::unique_ptr<StallGuard> guard_;
  std::unique_ptr<PipeBytes> pipe_;  ///< before what reads from it
  FormatPtr format_;
};

[[nodiscard]] inline std::span<AVStream* const> streams_of(const AVFormatContext& format) {
  return {format.streams, format.nb_streams};
}

/// Throws Error(unreadable_input) when `path` is missing, empty, a folder or not readable.
void refuse_unreadable_path(const std::string& path);

/// Throws Error(unreadable_input) "cannot read 'path': reason".
[[noreturn]] void refuse(const std::string& path, std::string_view reason);

}  // namespace hindsight::ingest::detail
