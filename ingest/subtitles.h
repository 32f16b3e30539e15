// Text with times: subtitle streams inside the file, and .srt/.vtt files beside it.
#pragma once

#include <string>
#include <vector>

#include "core/logger.h"
#include "core/media_time.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest {

struct TimedText {
  TimeSpan span;
  std::string text;      ///< UTF-8, markup removed, lines joined by a newline
  std::string language;  ///< as the stream says; empty if it does not
  std::string origin;    ///< "stream 3" or the sidecar's file name
};

/// All text subtitles of `path` and of its sidecars (movie.srt, movie.en.vtt, ... beside
/// movie.mp4), by begin time. Picture subtitles (DVD, PGS) are skipped with one log line.  A
/// damaged sidecar yields what can be read.  Of `options`, `limits` and `on_packet` count.
[[nodiscard]] std::vector<TimedText> read_subtitles(const std::string& path,
                                                    const Logger& logger = {},
                                                    const ReaderOptions& options = {});

}  // namespace hindsight::ingest
