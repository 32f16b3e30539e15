#include "query/detail/cited_pairs.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "model/preprocess.h"

namespace hindsight::query::detail {
namespace {

/// JSON has microseconds.
bool is_same(MediaTime a, MediaTime b) {
  const auto apart = a > b ? a - b : b - a;
  return apart <= std::chrono::microseconds{1};
}

}  // namespace

const std::vector<CitedPairs::Run>& CitedPairs::runs_of(const std::string& video,
                                                        const std::string& video_hash) {
  if (const auto found = runs_.find(video_hash); found != runs_.end()) return found->second;
  const auto record = store_.find_video_by_hash(video_hash);
  if (!record) {
    throw Error(ErrorCode::not_found,
                fmt::format("the store {} does not hold {} ({:.12}), which the answer cites; name "
                            "the store that does with --store",
                            store_.path(),
                            video,
                            video_hash));
  }
  std::vector<Run> runs;
  for (const auto& run : store_.runs(record->id)) {
    if (run.model_fingerprint != model_.vision_fingerprint ||
        !model::is_current_preprocessing(run.preprocessing))
      continue;
    auto& pairs = runs.emplace_back().pairs;
    pairs = store_.pairs(run.id);
    std::erase_if(pairs, [](const auto& pair) { return pair.covers.empty(); });
    std::sort(
        pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  if (runs.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("the store {} has no tokens of {} for the model {}; read it: hindsight "
                            "ingest {}",
                            store_.path(),
                            video,
                            model_.directory,
                            record->path));
  }
  return runs_.emplace(video_hash, std::move(runs)).first->second;
}

std::optional<index::StoredPair> CitedPairs::find(const std::string& video,
                                                  const std::string& video_hash,
                                                  const index::StoredPair& cited) {
  for (const auto& run : runs_of(video, video_hash)) {
    for (const auto& pair : run.pairs) {
      if (is_same(pair.first, cited.first) && is_same(pair.second, cited.second) &&
          pair.width == cited.width && pair.height == cited.height)
        return pair;
    }
  }
  return std::nullopt;
}

CitedPairs::Neighbours CitedPairs::neighbours(const index::StoredPair& pair) const {
  for (const auto& [hash, runs] : runs_) {
    for (const auto& run : runs) {
      const auto& pairs = run.pairs;
      const auto found = std::ranges::find(pairs, pair.id, &index::StoredPair::id);
      if (found == pairs.end()) continue;
      Neighbours near;
      if (found != pairs.begin()) near.before = *std::prev(found);
      if (std::next(found) != pairs.end()) near.after = *std::next(found);
      return near;
    }
  }
  return {};
}

}  // namespace hindsight::query::detail
