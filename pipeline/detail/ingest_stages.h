// The stages of an ingest job for a file.  Private to pipeline/.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "pipeline/detail/encode_stages.h"
#include "pipeline/detail/progress_board.h"
#include "pipeline/input_guard.h"
#include "pipeline/stretch_source.h"

namespace hindsight::pipeline {

/// What the stages read; outlives them.
struct StageInputs {
  StretchSource& source;
  const IngestOptions& options;
  const InputGuard& guard;
};

/// A stretch that has no pairs because decoding crashed or hung each time it was tried.
struct LostStretch {
  TimeSpan span;
  std::string why;
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

  /// For after run().
  [[nodiscard]] const std::vector<LostStretch>& lost() const { return lost_; }

 private:
  void read_video(const index::RunRecord& run,
                  const std::string& store_path,
                  PixelQueue& pixels,
                  std::stop_token stop);
  /// Plans the stretch at `position`, which moves on, then fetches its pairs.  False when the job
  /// is to end.  Throws DecoderLost.
  bool read_stretch(PlanPosition& position,
                    const index::RunRecord& run,
                    const index::Store& store,
                    PixelQueue& pixels,
                    std::stop_token stop);
  [[nodiscard]] std::optional<sampler::StretchPlan> plan_stretch(const PlanPosition& position,
                                                                 const PixelQueue& pixels,
                                                                 std::stop_token stop);
  /// Returns the tokens of the plan that are encoded.
  std::int64_t fetch_stretch(const sampler::StretchPlan& plan,
                             const index::RunRecord& run,
                             const index::Store& store,
                             PixelQueue& pixels,
                             std::stop_token stop);
  /// The plan of a stretch that could not be decoded: nothing.  Throws Error(unreadable_input) when
  /// too many came one after the other.
  [[nodiscard]] sampler::StretchPlan give_up(int number, const std::string& why);

  StageInputs inputs_;
  ProgressBoard& board_;
  std::vector<LostStretch> lost_;  ///< the reader's while run() runs
  int lost_in_a_row_ = 0;
};

}  // namespace hindsight::pipeline
