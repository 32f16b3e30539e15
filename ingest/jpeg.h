// Thumbnails.
#pragma once

#include <string>

#include "core/image_view.h"

namespace hindsight::ingest {

/// A JPEG file (4:2:0, BT.601, full range) as bytes.  `picture`: RGB or gray, at least 1x1.
/// quality: 1 (smallest) to 100 (best); 80 suits thumbnails.  Throws Error(usage) for a quality
/// outside of that.
[[nodiscard]] std::string encode_jpeg(ImageView picture, int quality);

}  // namespace hindsight::ingest
