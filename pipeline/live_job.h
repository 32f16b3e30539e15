// Turns a live source into visual tokens in the store while it goes on: the stages of IngestJob
// behind a reader that sees everything once.
//
// Note [A live video]: its identity is its name and the moment of its first frame, since there are
// no bytes to come back to; two recordings of one camera are two videos.  Its end grows with each
// stretch.  What lies between two stretches that do not touch is a gap: nobody saw it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/logger.h"
#include "core/media_time.h"
#include "index/store.h"
#include "ingest/live_stream.h"
#include "model/vision_language_model.h"
#include "pipeline/ingest_job.h"

namespace hindsight::pipeline {

struct LiveJobOptions {
  IngestOptions ingest{};
  ingest::LiveOptions stream{};
  /// Of media time; 0: until the source ends.
  MediaDuration length{0};
  /// Time on the wall since the first frame.  Empty: the machine's clock.
  std::function<MediaDuration()> elapsed{};
};

struct LiveCounters {
  int gaps = 0;
  MediaDuration unseen{0};       ///< all gaps together
  MediaDuration longest_lag{0};  ///< LivePlanner::longest_lag()
  /// Steps whose last ranks were left out because the tower had not done what came before.
  int steps_lowered = 0;
  ingest::LiveStats stream;
};

struct LiveOutcome {
  IngestOutcome ingest;
  std::string content_hash;
  MediaTime end;
  LiveCounters live;
};

/// One recording.  run() and the constructor belong to one thread; progress() is thread-safe.
class LiveJob {
 public:
  /// Waits for the first frame.  `finish`: ends the recording, which is complete then.  Throws like
  /// ingest::LiveStream.
  LiveJob(const ingest::Source& source,
          LiveJobOptions options,
          std::stop_token finish = {},
          const Logger& logger = {});
  ~LiveJob();
  LiveJob(const LiveJob&) = delete;
  LiveJob& operator=(const LiveJob&) = delete;

  /// "rtsp://camera/1@2026-11-28T09:00:12Z": the source and when the recording began.
  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const ingest::StreamFacts& facts() const;

  /// Records until the end, once; throws like IngestJob::run().  Where the tower is slower than the
  /// source, the plan gets smaller instead of a queue longer; a source that is ahead of the clock
  /// on the wall (a file through a pipe) is made to wait.
  LiveOutcome run(index::Store& store, model::VisionTower& tower);

  /// `end` is the time of the last frame that was seen.
  [[nodiscard]] IngestProgress progress() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::pipeline
