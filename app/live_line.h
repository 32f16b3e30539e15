// The line with which a live source begins, whichever verb reads it.
#pragma once

#include <optional>
#include <string>

#include "core/media_time.h"
#include "ingest/video_reader.h"

namespace hindsight::app {

/// "gate@2026-11-28T09:00:12Z: live, 640x480 h264".
[[nodiscard]] std::string live_line(const std::string& name, const ingest::StreamFacts& facts);

/// The same as one JSON object on one line, of "type" "live".  `stretch_length`: of what is stored.
[[nodiscard]] std::string live_ndjson(const std::string& name,
                                      const ingest::StreamFacts& facts,
                                      std::optional<MediaDuration> stretch_length = {});

}  // namespace hindsight::app
