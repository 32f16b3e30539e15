// Where the stages of a job write how far they are, and others read it.
#pragma once

#include <chrono>
#include <mutex>
#include <utility>

#include "pipeline/ingest_job.h"

namespace hindsight::pipeline {

/// Thread-safe.
class ProgressBoard {
 public:
  template <class Change>
  void update(Change&& change) {
    const std::lock_guard lock(mutex_);
    std::forward<Change>(change)(progress_);
  }

  [[nodiscard]] IngestProgress read() const {
    const std::lock_guard lock(mutex_);
    return progress_;
  }

 private:
  mutable std::mutex mutex_;  // guards progress_
  IngestProgress progress_;
};

/// Adds the time from its construction to its destruction to one of the counters.
class StageTimer {
 public:
  StageTimer(ProgressBoard& board, double IngestCounters::*seconds)
      : board_(board), seconds_(seconds) {}
  ~StageTimer() {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin_;
    board_.update([&](IngestProgress& progress) { progress.counters.*seconds_ += taken.count(); });
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  ProgressBoard& board_;
  double IngestCounters::*seconds_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace hindsight::pipeline
