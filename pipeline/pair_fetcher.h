// From planned pairs to the vision tower's input: seeks the two frames, resizes them and cuts them
// into patches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/image_view.h"
#include "core/logger.h"
#include "ingest/video_reader.h"
#include "model/config.h"
#include "model/vision_language_model.h"
#include "sampler/plan.h"
#include "sampler/repeats.h"

namespace hindsight::pipeline {

struct FetchOptions {
  ingest::ReaderOptions reader{};
  model::PreprocessorConfig preprocessor{};
  /// Width of the thumbnail in pixels, its height follows the display aspect ratio.  0: no
  /// thumbnails.
  int thumbnail_width = 160;
};

/// One planned pair with its pixels.
struct PairPixels {
  sampler::PlannedPair pair;
  model::PixelPatches patches;     ///< empty when there is nothing to encode
  std::string thumbnail;           ///< JPEG of the first frame; may be empty
  std::int64_t stored_tokens = 0;  ///< row of tokens that need not be encoded again; 0: none

  [[nodiscard]] std::size_t bytes() const {
    return sizeof(PairPixels) + patches.values.size() * sizeof(float) + thumbnail.size();
  }
};

/// Not thread-safe.  Fast when pairs are asked for in the order of time.
class PairFetcher {
 public:
  /// `reader` outlives the fetcher; others may move it between two calls.
  PairFetcher(ingest::VideoReader& reader, const FetchOptions& options);

  /// The first frame of the pair at the thumbnail's size, which is not 0; empty like fetch().
  [[nodiscard]] std::optional<Image> fetch_picture(const sampler::PlannedPair& pair);

  /// `stored_tokens` other than 0: only the thumbnail is made.  With `repeats`, a pair that shows
  /// what an earlier one shows says so in `same_as` and gets neither patches nor a thumbnail, also
  /// where its own tokens are stored: what a plan becomes does not depend on the store.
  /// Empty when the video no longer gives a frame at exactly one of the pair's times, as damaged
  /// files may after a seek.
  [[nodiscard]] std::optional<PairPixels> fetch(const sampler::PlannedPair& pair,
                                                std::int64_t stored_tokens = 0,
                                                sampler::RepeatFinder* repeats = nullptr);

 private:
  /// The frame whose time is exactly `t`, as RGB.
  [[nodiscard]] std::shared_ptr<const Image> frame_at(MediaTime t);
  [[nodiscard]] Image shrink(const ImageView& frame) const;

  FetchOptions options_;
  ingest::VideoReader& reader_;
  /// A pair often begins with the frame that the pair before it ended with.
  MediaTime last_time_{};
  std::shared_ptr<const Image> last_frame_;
};

}  // namespace hindsight::pipeline
