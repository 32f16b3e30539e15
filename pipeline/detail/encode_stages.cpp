#include "pipeline/detail/encode_stages.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "pipeline/detail/store_records.h"
#include "pipeline/task_group.h"

namespace hindsight::pipeline {
namespace {

void sort_by_rank(std::vector<index::EncodedPair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return a.pair.rank < b.pair.rank;
  });
}

/// Gives the pairs the places that they have in `plan`.
void settle(const sampler::StretchPlan& plan, std::vector<index::EncodedPair>& pairs) {
  std::map<MediaTime, const sampler::PlannedPair*> by_time;
  for (const auto& planned : plan.pairs) by_time[planned.first] = &planned;
  for (auto& encoded : pairs) {
    const auto& planned = *by_time.at(encoded.pair.first);
    encoded.pair.rank = planned.rank;
    encoded.pair.covers = planned.covers;
    encoded.pair.same_as = planned.same_as;
  }
}

}  // namespace

EncodeStages::EncodeStages(std::size_t queue_bytes,
                           ProgressBoard& board,
                           BeforeCommit before_commit)
    : board_(board),
      before_commit_(std::move(before_commit)),
      pixels_(queue_bytes),
      stretches_(queue_bytes) {}

void EncodeStages::encode_pairs(model::VisionTower& tower, std::stop_token finish) {
  const CloseAtEnd closing(pixels_, stretches_);
  std::vector<index::EncodedPair> pairs;
  // Between two stretches `finish` ends the wait; inside one its end is waited for.
  while (auto item = pixels_.pop(pairs.empty() ? finish : std::stop_token{})) {
    if (const auto* plan = std::get_if<sampler::StretchPlan>(&*item)) {
      if (!push_stretch(*plan, std::exchange(pairs, {}))) return;
    } else if (const auto* settled = std::get_if<SettledStretch>(&*item)) {
      settle(settled->plan, pairs);
      if (!push_stretch(settled->plan, std::exchange(pairs, {}))) return;
    } else if (std::holds_alternative<ForgetPairs>(*item)) {
      pairs.clear();
    } else {
      pairs.push_back(encode(std::get<PairPixels>(std::move(*item)), tower));
    }
  }
}

bool EncodeStages::push_stretch(const sampler::StretchPlan& plan,
                                std::vector<index::EncodedPair> pairs) {
  auto record = to_stretch_record(plan);
  record.pairs = std::move(pairs);
  sort_by_rank(record.pairs);
  board_.update([&](IngestProgress& progress) { progress.encoded = plan.span.end; });
  const auto bytes = bytes_of(record);
  return stretches_.push(std::move(record), bytes, {});
}

index::EncodedPair EncodeStages::encode(PairPixels pixels, model::VisionTower& tower) {
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
  return to_encoded_pair(std::move(pixels), std::move(tokens));
}

void EncodeStages::commit_stretches(index::Store& store, std::int64_t run_id) {
  const CloseAtEnd closing(stretches_);
  // No stop token: what was encoded is committed even when another stage has failed.
  while (const auto stretch = stretches_.pop({})) {
    {
      const StageTimer timer(board_, &IngestCounters::commit_seconds);
      if (before_commit_) before_commit_(store, *stretch);
      store.commit_stretch(run_id, *stretch);
    }
    board_.update([&](IngestProgress& progress) {
      progress.committed = stretch->span.end;
      ++progress.counters.stretches;
    });
  }
}

void EncodeStages::run(index::Store& store,
                       model::VisionTower& tower,
                       std::int64_t run_id,
                       const Read& read,
                       std::stop_token finish) {
  TaskGroup stages;
  stages.spawn([&](std::stop_token stop) {
    const CloseAtEnd closing(pixels_);
    read(pixels_, stop);
  });
  stages.spawn([&](std::stop_token) { commit_stretches(store, run_id); });
  // The tower stays on the thread that made it.
  encode_pairs(tower, finish);
  stages.wait();
}

}  // namespace hindsight::pipeline
