// What the tests of this folder share.
#pragma once

#include <string>

#include "ingest/video_reader.h"

namespace hindsight::test {

/// XXH3 of the RGB pixels.
[[nodiscard]] std::string pixel_hash(const ingest::Frame& frame);

/// The first `num_frames` pictures as RGB24, as the ffmpeg program converts them with `filter`.
[[nodiscard]] std::string ffmpeg_rgb(const std::string& clip,
                                     const std::string& filter,
                                     int num_frames = 1);

struct Refusal {
  int code = 0;  ///< 0: nothing was thrown
  std::string message;
};

/// Opens `path` and reads one frame.
[[nodiscard]] Refusal refusal(const std::string& path, const ingest::ReaderOptions& options = {});

}  // namespace hindsight::test
