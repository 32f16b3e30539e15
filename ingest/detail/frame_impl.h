// What a Frame holds; shared by the reader that fills it.
#pragma once

#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/pixels.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest {

struct Frame::Impl {
  detail::FramePtr picture;
  detail::FramePtr
      before;  ///< neighbours in presentation order, kept only for an interlaced picture
  detail::FramePtr after;
  detail::Orientation orientation;
  MediaTime time;
  MediaDuration duration{0};
  std::int64_t pts_duration = 0;
};

}  // namespace hindsight::ingest
