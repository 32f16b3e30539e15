#include "pipeline/detail/ingest_stages.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "pipeline/detail/store_records.h"
#include "pipeline/isolated_source.h"
#include "pipeline/task_group.h"

namespace hindsight::pipeline {
namespace {

/// A crash may be an accident of the machine; what happens twice at one place is the video's.
constexpr int kAttempts = 2;
/// Each may cost twice the time after which a decoder is taken for hung.
constexpr int kMaxLostInARow = 8;

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

void sort_by_rank(std::vector<index::EncodedPair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return a.pair.rank < b.pair.rank;
  });
}

}  // namespace

IngestStages::IngestStages(const StageInputs& inputs, ProgressBoard& board)
    : inputs_(inputs),
      board_(board),
      pixels_(inputs.options.queue_bytes),
      stretches_(inputs.options.queue_bytes) {}

void IngestStages::read_video(const index::RunRecord& run,
                              const std::string& store_path,
                              std::stop_token stop) {
  const CloseAtEnd closing(pixels_);
  while_input_stays(inputs_.guard, [&] {
    const auto store = index::Store::open(store_path, index::OpenMode::read);
    const int num_stretches =
        sampler::num_stretches(inputs_.source.scan().end, inputs_.options.plan);
    PlanPosition position{run.stretches_done, run.tokens_spent};
    for (int attempts = 0; position.stretch < num_stretches;) {
      PlanPosition next = position;
      try {
        if (!read_stretch(next, run, store, stop)) return;
      } catch (const DecoderLost& lost) {
        if (!pixels_.push(ForgetPairs{}, sizeof(ForgetPairs), stop)) return;
        if (++attempts < kAttempts) continue;
        auto nothing = give_up(position.stretch, lost.what());
        if (!pixels_.push(std::move(nothing), sizeof(nothing), stop)) return;
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
                                std::stop_token stop) {
  auto plan = plan_stretch(position, stop);
  if (!plan) return false;
  position = {position.stretch + 1, position.tokens_spent + fetch_stretch(*plan, run, store, stop)};
  board_.update([&](IngestProgress& progress) {
    progress.counters.frames_decoded = inputs_.source.frames_decoded();
  });
  // Before the stretch can be committed: pixels of a file that changed meanwhile are not those that
  // were scanned.
  inputs_.guard.check();
  return pixels_.push(std::move(*plan), sizeof(*plan), stop);
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
                                                               std::stop_token stop) {
  const StageTimer timer(board_, &IngestCounters::plan_seconds);
  return inputs_.source.plan(position, [&](MediaTime t) {
    board_.update([&](IngestProgress& progress) {
      progress.planned = std::max(progress.planned, t);
      progress.counters.frames_decoded = inputs_.source.frames_decoded();
    });
    return !stop.stop_requested() && !pixels_.is_closed();
  });
}

std::int64_t IngestStages::fetch_stretch(const sampler::StretchPlan& plan,
                                         const index::RunRecord& run,
                                         const index::Store& store,
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
    if (!pixels_.push(std::move(*pixels), bytes, stop)) break;
  }
  return tokens;
}

void IngestStages::encode_pairs(model::VisionTower& tower, std::stop_token finish) {
  const CloseAtEnd closing(pixels_, stretches_);
  std::vector<index::EncodedPair> pairs;
  // Between two stretches `finish` ends the wait; inside one its end is waited for.
  while (auto item = pixels_.pop(pairs.empty() ? finish : std::stop_token{})) {
    if (auto* plan = std::get_if<sampler::StretchPlan>(&*item)) {
      auto record = to_stretch_record(*plan);
      record.pairs = std::exchange(pairs, {});
      sort_by_rank(record.pairs);
      board_.update([&](IngestProgress& progress) { progress.encoded = plan->span.end; });
      const auto bytes = bytes_of(record);
      if (!stretches_.push(std::move(record), bytes, {})) return;
      continue;
    }
    if (std::holds_alternative<ForgetPairs>(*item)) {
      pairs.clear();
      continue;
    }
    auto& pixels = std::get<PairPixels>(*item);
    TokenMatrix tokens;
    const bool is_stored = pixels.stored_tokens != 0;
    const bool is_repeat = pixels.pair.same_as.has_value();
    if (!is_stored && !is_repeat) {
      const StageTimer timer(board_, &IngestCounters::encode_seconds);
      tokens = std::move(tower.encode(std::span(&pixels.patches, 1)).at(0));
    }
    board_.update([&](IngestProgress& progress) {
      progress.encoded = std::max(progress.encoded, pixels.pair.first);
      ++(is_repeat   ? progress.counters.pairs_same
         : is_stored ? progress.counters.pairs_reused
                     : progress.counters.pairs_encoded);
      progress.counters.tokens += tokens.rows;
    });
    pairs.push_back(to_encoded_pair(std::move(pixels), std::move(tokens)));
  }
}

void IngestStages::commit_stretches(index::Store& store, std::int64_t run_id) {
  const CloseAtEnd closing(stretches_);
  // No stop token: what was encoded is committed even when another stage has failed.
  while (const auto stretch = stretches_.pop({})) {
    {
      const StageTimer timer(board_, &IngestCounters::commit_seconds);
      store.commit_stretch(run_id, *stretch);
    }
    board_.update([&](IngestProgress& progress) {
      progress.committed = stretch->span.end;
      ++progress.counters.stretches;
    });
  }
}

bool IngestStages::run(index::Store& store,
                       model::VisionTower& tower,
                       const index::RunRecord& run,
                       std::stop_token finish) {
  TaskGroup stages;
  stages.spawn([&, path = store.path()](std::stop_token stop) { read_video(run, path, stop); });
  stages.spawn([&](std::stop_token) { commit_stretches(store, run.id); });
  // The tower stays on the thread that made it.
  encode_pairs(tower, finish);
  stages.wait();
  return run.stretches_done + board_.read().counters.stretches ==
         sampler::num_stretches(inputs_.source.scan().end, inputs_.options.plan);
}

}  // namespace hindsight::pipeline
