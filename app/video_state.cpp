#include "app/video_state.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "app/text.h"

namespace hindsight::app {

double VideoState::share_done() const {
  if (runs.empty()) return 0;
  const auto& [run, run_stats, gaps] = runs.front();
  if (run.complete) return 1;
  return video.end > MediaTime{}
             ? std::min(1.0, to_seconds(run_stats.reached) / to_seconds(video.end))
             : 0;
}

std::vector<std::string> VideoState::model_names() const {
  std::vector<std::string> names;
  for (const auto& state : runs) {
    if (std::find(names.begin(), names.end(), state.run.model_name) == names.end()) {
      names.push_back(state.run.model_name);
    }
  }
  return names;
}

std::int64_t VideoState::content_bytes() const {
  return stats.token_bytes + stats.vector_bytes + stats.thumbnail_bytes + stats.text_bytes;
}

bool is_recording(const index::VideoRecord& video) {
  const auto facts = nlohmann::json::parse(video.facts_json, nullptr, /*allow_exceptions=*/false);
  return facts.is_object() && facts.value("live", false);
}

std::string how_to_go_on(const index::VideoRecord& video, const Context& context) {
  return is_recording(video)
             ? "it is still recorded, or the recording broke off"
             : "go on with hindsight ingest " + shell_quoted(video.path) + typed_again(context);
}

VideoState read_state(const index::Store& store, const index::VideoRecord& video) {
  VideoState state{video, store.stats(video.id), {}};
  for (auto& run : store.runs(video.id)) {
    auto stats = store.run_stats(run.id);
    auto gaps = store.gaps(run.id);
    state.runs.push_back({std::move(run), stats, std::move(gaps)});
  }
  return state;
}

}  // namespace hindsight::app
