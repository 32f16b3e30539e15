#include "pipeline/detail/ingest_stages.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "pipeline/detail/store_records.h"
#include "pipeline/task_group.h"

namespace hindsight::pipeline {
namespace {

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
    ingest::VideoReader reader(
        inputs_.path, inputs_.scan, inputs_.options.fetch.reader, inputs_.logger);
    const PlanPosition start{run.stretches_done, run.tokens_spent};
    StretchPlanner planner(reader, inputs_.scan, inputs_.options.plan, start, inputs_.logger);
    PairFetcher fetcher(reader, inputs_.options.fetch);
    while (auto plan = plan_stretch(planner, stop)) {
      planner.give_back(fetch_stretch(*plan, run, store, fetcher, stop));
      board_.update([&](IngestProgress& progress) {
        progress.counters.frames_decoded = reader.stats().frames_decoded;
      });
      // Before the stretch can be committed: pixels of a file that changed meanwhile are not those
      // that were scanned.
      inputs_.guard.check();
      if (!pixels_.push(std::move(*plan), sizeof(*plan), stop)) return;
    }
  });
}

std::optional<sampler::StretchPlan> IngestStages::plan_stretch(StretchPlanner& planner,
                                                               std::stop_token stop) {
  const StageTimer timer(board_, &IngestCounters::plan_seconds);
  return planner.next([&](MediaTime t) {
    board_.update([&](IngestProgress& progress) {
      progress.planned = std::max(progress.planned, t);
      progress.counters.frames_decoded = planner.stats().frames_decoded;
    });
    return !stop.stop_requested() && !pixels_.is_closed();
  });
}

std::int64_t IngestStages::fetch_stretch(const sampler::StretchPlan& plan,
                                         const index::RunRecord& run,
                                         const index::Store& store,
                                         PairFetcher& fetcher,
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
    if (!pixels_.push(std::move(*pixels), bytes, stop)) break;
  }
  return tokens_left;
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
         sampler::num_stretches(inputs_.scan.end, inputs_.options.plan);
}

}  // namespace hindsight::pipeline
