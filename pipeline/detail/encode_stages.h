// The second half of an ingest, whatever reads the video: pixels to tokens to the store.  Private
// to pipeline/.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <tuple>
#include <variant>

#include "index/store.h"
#include "model/vision_language_model.h"
#include "pipeline/bounded_queue.h"
#include "pipeline/detail/progress_board.h"
#include "pipeline/pair_fetcher.h"
#include "sampler/plan.h"

namespace hindsight::pipeline {

/// Closes the queues of a stage when the stage ends, however it ends, so that its neighbours end in
/// their turn.
template <class... Queue>
class CloseAtEnd {
 public:
  explicit CloseAtEnd(Queue&... queues) : queues_(queues...) {}
  ~CloseAtEnd() {
    std::apply([](auto&... queue) { (queue.close(), ...); }, queues_);
  }
  CloseAtEnd(const CloseAtEnd&) = delete;
  CloseAtEnd& operator=(const CloseAtEnd&) = delete;

 private:
  std::tuple<Queue&...> queues_;
};

/// A stretch whose pairs were sent before their ranks and what they cover were known: here they
/// are, told apart by the times of their frames.
struct SettledStretch {
  sampler::StretchPlan plan;
};

/// What came of the stretch is void: it is planned anew.
struct ForgetPairs {};

/// The pairs of a stretch, then its plan: the stretch is over.
using PixelQueue =
    BoundedQueue<std::variant<PairPixels, sampler::StretchPlan, SettledStretch, ForgetPairs>>;

/// One use: run() once.
class EncodeStages {
 public:
  /// Fills the queue on a thread of its own; the queue is closed when it returns.
  using Read = std::function<void(PixelQueue&, std::stop_token)>;
  /// Called on the thread of the store, before each commit.
  using BeforeCommit = std::function<void(index::Store&, const index::StretchRecord&)>;

  EncodeStages(std::size_t queue_bytes, ProgressBoard& board, BeforeCommit before_commit = {});

  /// Returns when what was read is committed, or the stretch that was begun when `finish` was
  /// requested.  Throws what the first failing stage threw; stretches that were encoded before are
  /// committed even then.
  void run(index::Store& store,
           model::VisionTower& tower,
           std::int64_t run_id,
           const Read& read,
           std::stop_token finish = {});

 private:
  void encode_pairs(model::VisionTower& tower, std::stop_token finish);
  [[nodiscard]] index::EncodedPair encode(PairPixels pixels, model::VisionTower& tower);
  /// False when nobody commits any more.
  [[nodiscard]] bool push_stretch(const sampler::StretchPlan& plan,
                                  std::vector<index::EncodedPair> pairs);
  void commit_stretches(index::Store& store, std::int64_t run_id);

  ProgressBoard& board_;
  BeforeCommit before_commit_;
  PixelQueue pixels_;
  BoundedQueue<index::StretchRecord> stretches_;
};

}  // namespace hindsight::pipeline
