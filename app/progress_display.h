// Shows how far an ingest job is: a line that is rewritten on a terminal, or NDJSON for programs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/logger.h"
#include "pipeline/ingest_job.h"

namespace hindsight::app {

enum class ProgressStyle { none, bar, ndjson };

/// One line of the bar, without control characters: share, bar, stage, speed, pairs and time left.
/// Of a live source: what was seen and what is stored.  `elapsed`: seconds since the job began;
/// `width`: of the bar alone.
[[nodiscard]] std::string to_bar(const std::string& name,
                                 const pipeline::IngestProgress& progress,
                                 double elapsed,
                                 int width = 24);

/// One JSON object on one line: {"type":"progress", ...}, times in seconds.
[[nodiscard]] std::string to_ndjson(const std::string& name,
                                    const pipeline::IngestProgress& progress,
                                    double elapsed);

/// A log line as NDJSON: {"type":"log", "level":..., "message":...}.
[[nodiscard]] std::string log_ndjson(LogLevel level, std::string_view line);

/// Reads a job's progress a few times a second and writes it to stderr, from construction to
/// destruction.
class ProgressDisplay {
 public:
  /// `read` must be thread-safe and outlive the display.
  ProgressDisplay(ProgressStyle style,
                  std::string name,
                  std::function<pipeline::IngestProgress()> read);
  /// Wipes the bar.
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::app
