#include "pipeline/detail/ingest_stages.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "core/error.h"
#include "pipeline/detail/store_records.h"

namespace hindsight::pipeline {
namespace {

/// Runs `work`.  When it fails because the file was taken away under it, that is what the error
/// says.
template <class Work>
void while_input_stays(const InputGuard& guard, Work&& work) {
  try {
    work();
  } catch (const Error&) {
    guard.check();
    throw;
  }
}

std::vector<sampler::PlannedPair> by_time(std::vector<sampler::PlannedPair> pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second) < std::tie(b.first, b.second);
  });
  return pairs;
}

}  // namespace

IngestStages::IngestStages(const StageInputs& inputs, ProgressBoard& board)
    : inputs_(inputs), board_(board) {}

void IngestStages::read_video(const index::RunRecord& run,
                              const std::string& store_path,
                              PixelQueue& pixels,
                              std::stop_token stop) {
  while_input_stays(inputs_.guard, [&] {
    const auto store = index::Store::open(store_path, index::OpenMode::read);
    ingest::VideoReader reader(
        inputs_.path, inputs_.scan, inputs_.options.fetch.reader, inputs_.logger);
    const PlanPosition start{run.stretches_done, run.tokens_spent};
    StretchPlanner planner(reader, inputs_.scan, inputs_.options.plan, start, inputs_.logger);
    PairFetcher fetcher(reader, inputs_.options.fetch);
    while (auto plan = plan_stretch(planner, pixels, stop)) {
      planner.give_back(fetch_stretch(*plan, run, store, fetcher, pixels, stop));
      board_.update([&](IngestProgress& progress) {
        progress.counters.frames_decoded = reader.stats().frames_decoded;
      });
      // Before the stretch can be committed: pixels of a file that changed meanwhile are not those
      // that were scanned.
      inputs_.guard.check();
      if (!pixels.push(std::move(*plan), sizeof(*plan), stop)) return;
    }
  });
}

std::optional<sampler::StretchPlan> IngestStages::plan_stretch(StretchPlanner& planner,
                                                               const PixelQueue& pixels,
                                                               std::stop_token stop) {
  const StageTimer timer(board_, &IngestCounters::plan_seconds);
  return planner.next([&](MediaTime t) {
    board_.update([&](IngestProgress& progress) {
      progress.planned = std::max(progress.planned, t);
      progress.counters.frames_decoded = planner.stats().frames_decoded;
    });
    return !stop.stop_requested() && !pixels.is_closed();
  });
}

std::int64_t IngestStages::fetch_stretch(const sampler::StretchPlan& plan,
                                         const index::RunRecord& run,
                                         const index::Store& store,
                                         PairFetcher& fetcher,
                                         PixelQueue& queue,
                                         std::stop_token stop) {
  sampler::RepeatFinder finder;
  auto* repeats = inputs_.options.plan.encode_repeats ? nullptr : &finder;
  std::int64_t tokens_left = 0;
  for (const auto& pair : by_time(plan.pairs)) {
    std::optional<PairPixels> pixels;
    {
      const StageTimer timer(board_, &IngestCounters::fetch_seconds);
      const auto stored =
          store.find_tokens(run.video_id, run.model(), to_token_key(pair, inputs_.options.codec));
      pixels = fetcher.fetch(pair, stored.value_or(0), repeats);
    }
    tokens_left += pair.cost() - (pixels ? pixels->pair.cost() : 0);
    if (!pixels) {
      board_.update([](IngestProgress& progress) { ++progress.counters.pairs_skipped; });
      continue;
    }
    const auto bytes = pixels->bytes();
    if (!queue.push(std::move(*pixels), bytes, stop)) break;
  }
  return tokens_left;
}

bool IngestStages::run(index::Store& store,
                       model::VisionTower& tower,
                       const index::RunRecord& run,
                       std::stop_token finish) {
  EncodeStages stages(inputs_.options.queue_bytes, board_);
  const auto read = [&, path = store.path()](PixelQueue& pixels, std::stop_token stop) {
    read_video(run, path, pixels, stop);
  };
  stages.run(store, tower, run.id, read, finish);
  return run.stretches_done + board_.read().counters.stretches ==
         sampler::num_stretches(inputs_.scan.end, inputs_.options.plan);
}

}  // namespace hindsight::pipeline
