// Removes comb artefacts from one interlaced picture.
#pragma once

#include "ingest/detail/ffmpeg.h"

namespace hindsight::ingest::detail {

/// bwdif in the mode that keeps the frame rate.  The result depends on these three pictures alone,
/// so it is the same wherever reading began.  `before` and `after`: neighbours in presentation
/// order, null at the ends of the stream.
[[nodiscard]] FramePtr deinterlace(const AVFrame* before,
                                   const AVFrame& frame,
                                   const AVFrame* after);

}  // namespace hindsight::ingest::detail
