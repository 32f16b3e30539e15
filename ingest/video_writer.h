// Pictures -> a video file.
#pragma once

#include <memory>
#include <string>

#include "core/image_view.h"

namespace hindsight::ingest {

struct VideoWriterOptions {
  int width = 320;   ///< even
  int height = 180;  ///< even
  /// Pictures a second as a fraction.
  int rate = 25;
  int rate_divisor = 1;
  /// "h264", "hevc", "mpeg4" or "vp9".
  std::string codec = "h264";
  int crf = 24;   ///< h264, hevc and vp9: 0 best .. 51
  int gop = 250;  ///< pictures between key frames at most
};

/// Writes one video stream; the container follows the file's name.  One thread and no encoder
/// settings that depend on the machine's cores: the same pictures give the same bytes.
class VideoWriter {
 public:
  /// Throws Error(usage) for options out of range or an unknown codec, Error(store) when the file
  /// cannot be written.
  VideoWriter(const std::string& path, const VideoWriterOptions& options);
  ~VideoWriter();
  VideoWriter(VideoWriter&&) noexcept;
  VideoWriter& operator=(VideoWriter&&) noexcept;

  /// RGB of the options' size.  Throws Error(store) when the disk is full.
  void write(ImageView picture);
  /// Must be called for the file to be complete.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hindsight::ingest
