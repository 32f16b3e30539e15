// What a container says of a stream, kept without the container.
#pragma once

#include <memory>

#include "ingest/detail/ffmpeg.h"

namespace hindsight::ingest::detail {

/// Immutable.
class StreamCopy {
 public:
  explicit StreamCopy(const AVStream& stream);
  /// With the times of its packets in units of `time_base`.
  StreamCopy(const AVStream& stream, AVRational time_base);
  [[nodiscard]] const AVStream& stream() const { return **shell_->streams; }

 private:
  /// Never opened: it owns the stream.
  std::unique_ptr<AVFormatContext, Delete<avformat_free_context>> shell_;
};

}  // namespace hindsight::ingest::detail
