// What an ingest will cost, before it begins: bounds from the settings, speeds from a short
// measurement.
#pragma once

#include <cstdint>
#include <string>

#include "core/media_time.h"
#include "ingest/video_reader.h"
#include "model/vision_language_model.h"
#include "pipeline/ingest_job.h"

namespace hindsight::pipeline {

/// Speeds of this machine.
struct MeasuredRates {
  double decoded_realtime = 0;   ///< seconds of video that are decoded in a second
  double tokens_per_second = 0;  ///< that the vision tower makes
};

struct Forecast {
  std::int64_t tokens = 0;  ///< at most
  std::int64_t bytes = 0;   ///< that the store grows by, at most
  double seconds = 0;       ///< an estimate for that many tokens
};

/// Decodes the beginning of the video, for about half a second.  Throws like VideoReader.
[[nodiscard]] double measure_decoding(const std::string& path,
                                      const ingest::PacketScan& scan,
                                      const ingest::ReaderOptions& options);

/// Encodes a grey pair of 64 tokens twice and times the second one.
[[nodiscard]] double measure_encoding(model::VisionTower& tower);

/// For the part of the video from `start` on.  Rates of 0 leave `seconds` at 0.
[[nodiscard]] Forecast forecast(const TimeSpan& rest,
                                const IngestOptions& options,
                                int token_width,
                                const MeasuredRates& rates);

}  // namespace hindsight::pipeline
