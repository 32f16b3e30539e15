#include "pipeline/stretch_source.h"

#include <utility>

#include "pipeline/forecast.h"
#include "sampler/repeats.h"

namespace hindsight::pipeline {
namespace {

/// Plans and fetches with one reader, so that a decoder and its pictures are held once.
class FileSource final : public StretchSource {
 public:
  explicit FileSource(SourceInputs inputs)
      : inputs_(std::move(inputs)),
        scan_(ingest::scan_packets(inputs_.path, inputs_.fetch.reader, inputs_.logger)),
        texts_(ingest::read_subtitles(inputs_.path, inputs_.logger, inputs_.fetch.reader)) {}

  const ingest::PacketScan& scan() const override { return scan_; }
  const std::vector<ingest::TimedText>& texts() const override { return texts_; }

  double measure_decoding() override {
    return pipeline::measure_decoding(inputs_.path, scan_, inputs_.fetch.reader);
  }

  std::optional<sampler::StretchPlan> plan(const PlanPosition& position,
                                           const OnFrame& on_frame) override {
    if (!reader_) {
      reader_.emplace(inputs_.path, scan_, inputs_.fetch.reader, inputs_.logger);
      fetcher_.emplace(*reader_, inputs_.fetch);
    }
    if (!planner_ || planner_->position().stretch != position.stretch) {
      planner_.emplace(*reader_, scan_, inputs_.plan, position, inputs_.logger);
    } else {
      planner_->give_back(planner_->position().tokens_spent - position.tokens_spent);
    }
    repeats_ = {};
    return planner_->next(on_frame);
  }

  std::optional<PairPixels> fetch(const sampler::PlannedPair& pair,
                                  std::int64_t stored_tokens) override {
    return fetcher_->fetch(pair, stored_tokens, inputs_.plan.encode_repeats ? nullptr : &repeats_);
  }

  std::int64_t frames_decoded() const override {
    return reader_ ? reader_->stats().frames_decoded : 0;
  }

 private:
  SourceInputs inputs_;
  ingest::PacketScan scan_;
  std::vector<ingest::TimedText> texts_;
  std::optional<ingest::VideoReader> reader_;
  std::optional<PairFetcher> fetcher_;
  std::optional<StretchPlanner> planner_;
  sampler::RepeatFinder repeats_;
};

}  // namespace

std::unique_ptr<StretchSource> open_file_source(const SourceInputs& inputs) {
  return std::make_unique<FileSource>(inputs);
}

}  // namespace hindsight::pipeline
