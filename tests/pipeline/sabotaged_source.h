// A source that stands between a job and a file, and counts that its processes share.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include "pipeline/stretch_source.h"

namespace hindsight::test {

/// What happens in the process that decodes.
enum class Moment { open, measure, plan, fetch };
using Sabotage = std::function<void(Moment moment, int stretch)>;

class SabotagedSource : public pipeline::StretchSource {
 public:
  SabotagedSource(const pipeline::SourceInputs& inputs, Sabotage sabotage)
      : sabotage_(std::move(sabotage)), file_(pipeline::open_file_source(inputs)) {
    sabotage_(Moment::open, -1);
  }
  const ingest::PacketScan& scan() const override { return file_->scan(); }
  const std::vector<ingest::TimedText>& texts() const override { return file_->texts(); }
  double measure_decoding() override {
    sabotage_(Moment::measure, -1);
    return file_->measure_decoding();
  }
  std::optional<sampler::StretchPlan> plan(const pipeline::PlanPosition& position,
                                           const pipeline::OnFrame& on_frame) override {
    stretch_ = position.stretch;
    num_fetched_ = 0;
    sabotage_(Moment::plan, stretch_);
    return file_->plan(position, on_frame);
  }
  std::optional<pipeline::PairPixels> fetch(const sampler::PlannedPair& pair,
                                            std::int64_t stored_tokens) override {
    // Something of the stretch is with the tower by then.
    if (++num_fetched_ == 3) sabotage_(Moment::fetch, stretch_);
    return file_->fetch(pair, stored_tokens);
  }
  std::int64_t frames_decoded() const override { return file_->frames_decoded(); }

 private:
  Sabotage sabotage_;
  std::unique_ptr<pipeline::StretchSource> file_;
  int stretch_ = -1;
  int num_fetched_ = 0;
};

/// Counts for all processes that this one forks.
class SharedCount {
 public:
  SharedCount()
      : count_(new (
            mmap(nullptr, sizeof(Count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                   Count) {}
  ~SharedCount() { munmap(count_, sizeof(Count)); }
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;
  std::atomic<std::int64_t>& operator*() { return *count_; }

 private:
  using Count = std::atomic<std::int64_t>;
  Count* count_;
};

}  // namespace hindsight::test
