// From decoded frames to what the sampler sees.  Private to pipeline/.
#pragma once

#include <cstdint>

#include "ingest/video_reader.h"
#include "sampler/small_picture.h"

namespace hindsight::pipeline {

/// Reduces frames that come in the order of time.
class PictureReducer {
 public:
  [[nodiscard]] sampler::SmallPicture reduce(const ingest::Frame& frame);

 private:
  float detail_ = 0;
  std::int64_t detail_step_ = -1;
};

/// How pictures are decoded that are reduced and nothing else: where a cell is the mean of so many
/// pixels that the borders of blocks hardly count in it, these need not be smoothed.
[[nodiscard]] ingest::Deblocking deblocking_for(const ingest::StreamFacts& facts);

}  // namespace hindsight::pipeline
