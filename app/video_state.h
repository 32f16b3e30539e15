// What the store holds of one video, for the verbs that show it.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "index/store.h"

namespace hindsight::app {

struct RunState {
  index::RunRecord run;
  index::RunStats stats;
  std::vector<index::Gap> gaps;  ///< by time
};

struct VideoState {
  index::VideoRecord video;
  index::StoreStats stats;
  std::vector<RunState> runs;  ///< newest first

  /// The beginning of the content hash: what --video and rm take.
  [[nodiscard]] std::string short_id() const { return video.content_hash.substr(0, 8); }
  /// Of the newest run, 0..1; 0 without a run.
  [[nodiscard]] double share_done() const;
  /// Names of the models that have looked at it, each once.
  [[nodiscard]] std::vector<std::string> model_names() const;
  /// Tokens, vectors, thumbnails and texts.
  [[nodiscard]] std::int64_t content_bytes() const;
};

/// Whether it was, or is, recorded from a live source, which cannot be read again.
[[nodiscard]] bool is_recording(const index::VideoRecord& video);

/// What to say of a video that is not read to its end.
[[nodiscard]] std::string how_to_go_on(const index::VideoRecord& video, const Context& context);

[[nodiscard]] VideoState read_state(const index::Store& store, const index::VideoRecord& video);

}  // namespace hindsight::app
