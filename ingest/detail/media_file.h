// An open container: a local file or a URL, with refusals in one sentence and a guard against input
// that stalls.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ingest/detail/ffmpeg.h"
#include "ingest/limits.h"

namespace hindsight::ingest::detail {

/// True for "http://…" and the like, false for a local path.
[[nodiscard]] bool is_url(const std::string& path);

/// Ends a call into FFmpeg that has not come back for too long.  Its address is known to FFmpeg: it
/// does not move.
class StallGuard {
 public:
  StallGuard() = default;
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;
  /// The next call has the full time.
  void arm();
  [[nodiscard]] AVIOInterruptCB callback();

 private:
  std::chrono::steady_clock::time_point deadline_{};
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

  [[nodiscard]] AVFormatContext& format() const { return *format_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// av_read_frame with a deadline for input that stalls.
  [[nodiscard]] int read(AVPacket& packet);
  /// To the last key frame at or before `ts`, by the container's index.  False when the container
  /// cannot.
  [[nodiscard]] bool seek(int stream, std::int64_t ts);
  /// Starts again at the first packet; for containers whose seeking cannot be trusted.
  void reopen();

 private:
  void open();
  void find_streams();
  void refuse_beyond_limits() const;

  std::string path_;
  InputLimits limits_;
  std::function<void()> on_packet_;
  std::unique_ptr<StallGuard> guard_;
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
