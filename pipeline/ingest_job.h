// Turns one video into visual tokens in the store: reads, plans, encodes and commits it stretch by
// stretch, side by side.
//
//   reader ──pixels──► tower ──stretches──► committer
//   plans a stretch,   (calling thread)     one transaction a stretch
//   then fetches its pairs
//
// Every queue is bounded and a stretch is the largest thing in memory, so memory does not grow with
// the video's length, but for the places of its packets: six bytes a picture.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/logger.h"
#include "core/media_time.h"
#include "index/store.h"
#include "ingest/packet_scan.h"
#include "ingest/sources.h"
#include "model/vision_language_model.h"
#include "pipeline/pair_fetcher.h"
#include "pipeline/stretch_source.h"
#include "sampler/plan.h"

namespace hindsight::pipeline {

struct IngestOptions {
  sampler::PlanOptions plan{};
  index::TokenCodec codec = index::TokenCodec::int8;
  FetchOptions fetch{};
  /// Where standard input and URLs are copied to.
  std::string spool_directory = "/tmp";
  /// Pixels that wait for the tower, and encoded stretches that wait for the store, in bytes each.
  std::size_t queue_bytes = std::size_t{64} << 20;
  /// Decoding happens in the process of the job: one that crashes or hangs ends the job.  See Note
  /// [Who decodes] in isolated_source.h.
  bool in_process = false;
  /// A process that decodes and has read nothing for so long is taken for hung; at least 1 s.
  std::chrono::seconds stall{60};
  OpenSource open_source = open_file_source;
};

/// What a job did and what it took.  Stages run side by side: their seconds add up to more than
/// `wall_seconds`.
struct IngestCounters {
  std::int64_t frames_decoded = 0;  ///< for planning and for the chosen pairs
  std::int64_t pairs_encoded = 0;
  std::int64_t pairs_reused = 0;   ///< their tokens were in the store
  std::int64_t pairs_same = 0;     ///< show what an earlier pair of their stretch shows
  std::int64_t pairs_skipped = 0;  ///< planned, but the damaged video gave no such frame
  std::int64_t tokens = 0;         ///< of encoded pairs
  int stretches = 0;               ///< committed
  int stretches_lost = 0;          ///< of them; without a pair, since decoding crashed or hung
  double scan_seconds = 0;
  double plan_seconds = 0;
  double fetch_seconds = 0;
  double encode_seconds = 0;
  double commit_seconds = 0;
  double wall_seconds = 0;
};

/// How far a job is.  The times ascend from stage to stage.
struct IngestProgress {
  MediaTime
      start;  ///< where this job began: 0, or the end of the last stretch of an interrupted one
  MediaTime committed;  ///< everything before it can be asked about
  MediaTime encoded;
  MediaTime planned;
  MediaTime end;      ///< of the video; of what was seen so far when it is live
  bool live = false;  ///< nobody knows the end
  IngestCounters counters;
};

enum class IngestStatus {
  already_stored,  ///< the store has this video with this model and these settings: nothing was
                   ///< done
  complete,
  interrupted,  ///< a stop was asked for; the same call goes on where this one ended
};

struct IngestOutcome {
  IngestStatus status = IngestStatus::complete;
  std::int64_t video_id = 0;
  std::int64_t run_id = 0;
  bool resumed = false;   ///< an earlier, interrupted job had done the beginning
  MediaDuration done{0};  ///< length of the stretches that were committed
  IngestCounters counters;
};

/// One video.  run() and the constructor belong to one thread; progress() is thread-safe.
class IngestJob {
 public:
  /// Copies a URL or the standard input to the spool directory and scans the packets and
  /// subtitles.  Forks, unless `options.in_process`: no other thread should be at work, and this
  /// one must live as long as the job. Throws Error(unreadable_input) for what cannot be read,
  /// Error(exhausted) when the spool directory is full.
  IngestJob(const ingest::Source& source, IngestOptions options, Logger logger = {});
  ~IngestJob();
  IngestJob(const IngestJob&) = delete;
  IngestJob& operator=(const IngestJob&) = delete;

  [[nodiscard]] const ingest::Source& source() const;
  /// Without the table of packets, unless decoding happens in this process.
  [[nodiscard]] const ingest::PacketScan& scan() const;
  /// Seconds of video that are decoded in a second, by a short measurement; 0 when it failed.
  [[nodiscard]] double measure_decoding();

  /// The run that this job would make or continue, if the store has it.
  [[nodiscard]] std::optional<index::RunRecord> find_run(const index::Store& store,
                                                         const model::ModelInfo& model) const;

  /// Notes in the store that the video is also known under this name and keeps its subtitles; reads
  /// no frame. For a video whose run is complete.
  IngestOutcome refresh(index::Store& store, const index::RunRecord& run);

  /// Makes or continues the run, and commits stretch by stretch.  When stop is requested of
  /// `finish`, a stretch that is being encoded is finished and committed first.  The store is used
  /// from another thread until run() returns. Throws Error(unreadable_input) when the video
  /// vanishes or changes, Error(store) when the store cannot be written, Error(exhausted) when
  /// memory does not suffice; the stretches committed before stay.
  IngestOutcome run(index::Store& store, model::VisionTower& tower, std::stop_token finish = {});

  [[nodiscard]] IngestProgress progress() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::pipeline
