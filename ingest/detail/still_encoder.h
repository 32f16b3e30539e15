// One picture to the bytes of a file.
#pragma once

#include <functional>
#include <string>

#include "ingest/detail/ffmpeg.h"

namespace hindsight::ingest::detail {

/// `set_up` completes the encoder's settings before it is opened; size and format are the frame's.
[[nodiscard]] std::string encode_still(const AVFrame& frame,
                                       AVCodecID codec,
                                       const std::function<void(AVCodecContext&)>& set_up = {});

}  // namespace hindsight::ingest::detail
