// The stages of an ingest job for a file.  Private to pipeline/.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "pipeline/detail/encode_stages.h"
#include "pipeline/detail/progress_board.h"
#include "pipeline/input_guard.h"
#include "pipeline/stretch_planner.h"

namespace hindsight::pipeline {

/// What the stages read; outlives them.
struct StageInputs {
  const std::string& path;
  const ingest::PacketScan& scan;
  const IngestOptions& options;
  const InputGuard& guard;
  const Logger& logger;
};

/// One use: run() once.
class IngestStages {
 public:
  IngestStages(const StageInputs& inputs, ProgressBoard& board);

  /// Continues `run` until its last stretch is committed or until `finish`.  True when nothing is
  /// left to do. Throws what the first failing stage threw; stretches that were encoded before are
  /// committed even then.
  bool run(index::Store& store,
           model::VisionTower& tower,
           const index::RunRecord& run,
           std::stop_token finish);

 private:
  /// Plans a stretch, then fetches its pairs, in turns with one reader, so that a decoder and its
  /// pictures are held once.
  void read_video(const index::RunRecord& run,
                  const std::string& store_path,
                  PixelQueue& pixels,
                  std::stop_token stop);
  [[nodiscard]] std::optional<sampler::StretchPlan> plan_stretch(StretchPlanner& planner,
                                                                 const PixelQueue& pixels,
                                                                 std::stop_token stop);
  /// Returns the tokens of the plan that are not encoded.
  std::int64_t fetch_stretch(const sampler::StretchPlan& plan,
                             const index::RunRecord& run,
                             const index::Store& store,
                             PairFetcher& fetcher,
                             PixelQueue& pixels,
                             std::stop_token stop);

  StageInputs inputs_;
  ProgressBoard& board_;
};

}  // namespace hindsight::pipeline
