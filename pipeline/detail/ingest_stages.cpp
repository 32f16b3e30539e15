#include "pipeline/detail/ingest_stages.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.h"
#include "pipeline/detail/store_records.h"
#include "pipeline/isolated_source.h"

namespace hindsight::pipeline {
namespace {

/// A crash may be an accident of the machine; what happens twice at one place is the video's.
constexpr int kAttempts = 2;
/// Each may cost twice the time after which a decoder is taken for hung.
constexpr int kMaxLostInARow = 8;

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
    const int num_stretches =
        sampler::num_stretches(inputs_.source.scan().end, inputs_.options.plan);
    PlanPosition position{run.stretches_done, store.tokens_spent(run.id)};
    for (int attempts = 0; position.stretch < num_stretches;) {
      PlanPosition next = position;
      try {
        if (!read_stretch(next, run, store, pixels, stop)) return;
      } catch (const DecoderLost& lost) {
        if (!pixels.push(ForgetPairs{}, sizeof(ForgetPairs), stop)) return;
        if (++attempts < kAttempts) continue;
        auto nothing = give_up(position.stretch, lost.what());
        if (!pixels.push(std::move(nothing), sizeof(nothing), stop)) return;
        next = {position.stretch + 1, position.tokens_spent};
      }
      position = next;
      attempts = 0;
    }
  });
}

bool IngestStages::read_stretch(PlanPosition& position,
                                const index::RunRecord& run,
                                const index::Store& store,
                                PixelQueue& pixels,
                                std::stop_token stop) {
  auto plan = plan_stretch(position, pixels, stop);
  if (!plan) return false;
  const auto tokens = fetch_stretch(*plan, run, store, pixels, stop);
  position = {position.stretch + 1, position.tokens_spent + tokens};
  board_.update([&](IngestProgress& progress) {
    progress.counters.frames_decoded = inputs_.source.frames_decoded();
  });
  // Before the stretch can be committed: pixels of a file that changed meanwhile are not those that
  // were scanned.
  inputs_.guard.check();
  return pixels.push(std::move(*plan), sizeof(*plan), stop);
}

sampler::StretchPlan IngestStages::give_up(int number, const std::string& why) {
  // A file that is taken away looks like any damage to a decoder.
  inputs_.guard.check();
  sampler::StretchPlan nothing;
  nothing.number = number;
  nothing.span = sampler::stretch_span(number, inputs_.source.scan().end, inputs_.options.plan);
  const bool goes_on = !lost_.empty() && lost_.back().span.end == nothing.span.begin;
  lost_in_a_row_ = goes_on ? lost_in_a_row_ + 1 : 1;
  lost_.push_back({nothing.span, why});
  board_.update([](IngestProgress& progress) { ++progress.counters.stretches_lost; });
  if (lost_in_a_row_ < kMaxLostInARow) return nothing;
  throw Error(
      ErrorCode::unreadable_input,
      fmt::format("{} stretches in a row could not be decoded, the last one at {} ({}); what was "
                  "finished is kept; check that the file plays, or convert it to H.264",
                  lost_in_a_row_,
                  to_clock(nothing.span.begin),
                  why));
}

std::optional<sampler::StretchPlan> IngestStages::plan_stretch(const PlanPosition& position,
                                                               const PixelQueue& pixels,
                                                               std::stop_token stop) {
  const StageTimer timer(board_, &IngestCounters::plan_seconds);
  return inputs_.source.plan(position, [&](MediaTime t) {
    board_.update([&](IngestProgress& progress) {
      progress.planned = std::max(progress.planned, t);
      progress.counters.frames_decoded = inputs_.source.frames_decoded();
    });
    return !stop.stop_requested() && !pixels.is_closed();
  });
}

std::int64_t IngestStages::fetch_stretch(const sampler::StretchPlan& plan,
                                         const index::RunRecord& run,
                                         const index::Store& store,
                                         PixelQueue& queue,
                                         std::stop_token stop) {
  std::int64_t tokens = 0;
  for (const auto& pair : by_time(plan.pairs)) {
    std::optional<PairPixels> pixels;
    {
      const StageTimer timer(board_, &IngestCounters::fetch_seconds);
      const auto stored =
          store.find_tokens(run.video_id, run.model(), to_token_key(pair, inputs_.options.codec));
      pixels = inputs_.source.fetch(pair, stored.value_or(0));
    }
    if (!pixels) {
      board_.update([](IngestProgress& progress) { ++progress.counters.pairs_skipped; });
      continue;
    }
    tokens += pixels->pair.cost();
    const auto bytes = pixels->bytes();
    if (!queue.push(std::move(*pixels), bytes, stop)) break;
  }
  return tokens;
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
         sampler::num_stretches(inputs_.source.scan().end, inputs_.options.plan);
}

}  // namespace hindsight::pipeline
