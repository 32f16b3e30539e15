// What `hindsight ingest` says: before the work, after it, and as one JSON object at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "index/records.h"
#include "ingest/packet_scan.h"
#include "model/vision_language_model.h"
#include "pipeline/forecast.h"
#include "pipeline/ingest_job.h"
#include "pipeline/live_job.h"

namespace hindsight::app {

/// What holds for all inputs of one call.
struct IngestSettings {
  std::string store_path;
  model::ModelInfo model;
  pipeline::IngestOptions options;
  int threads = 0;  ///< 0: all cores
};

/// What is known of one input before the work on it.
struct IngestPreview {
  std::string name;
  ingest::StreamFacts facts;
  MediaTime end;
  MediaTime start;  ///< where an interrupted run goes on
  bool already_stored = false;
  pipeline::MeasuredRates rates;  ///< zeros where nothing was measured
  pipeline::Forecast forecast;
};

/// What became of one input.
struct IngestReport {
  std::string name;
  MediaTime end;
  std::string content_hash;
  pipeline::IngestOutcome outcome;
  index::RunStats stored;  ///< of the whole run, earlier jobs included
  std::optional<pipeline::LiveCounters> live{};  ///< of a recording
  /// Set when the input failed; the rest is then empty.
  std::optional<Error> failure;
};

/// Several lines for people, without a newline at the end.
[[nodiscard]] std::string to_text(const IngestSettings& settings);
[[nodiscard]] std::string to_text(const IngestPreview& preview);
[[nodiscard]] std::string to_text(const IngestReport& report);

/// One JSON object on one line, of "type" "settings" and "forecast".
[[nodiscard]] std::string to_ndjson(const IngestSettings& settings);
[[nodiscard]] std::string to_ndjson(const IngestPreview& preview);

/// "gate.mp4: complete, 138 pairs, 9 512 tokens": the result of one input.
[[nodiscard]] std::string result_line(const IngestReport& report);

/// The final object, indented: settings, every input, failures, peak memory, of decoding too.
[[nodiscard]] std::string to_json(const IngestSettings& settings,
                                  const std::vector<IngestReport>& reports,
                                  std::int64_t peak_memory_bytes,
                                  std::int64_t decoding_peak_memory_bytes);
/// The final object of a dry run.
[[nodiscard]] std::string to_json(const IngestSettings& settings,
                                  const std::vector<IngestPreview>& previews);

}  // namespace hindsight::app
