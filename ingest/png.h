// Pictures without loss, for sheets of thumbnails.
#pragma once

#include <string>

#include "core/image_view.h"

namespace hindsight::ingest {

/// A PNG file as bytes.  `picture`: RGB or gray, at least 1x1.  Throws Error(usage) when a side is
/// not positive or longer than 32767.
[[nodiscard]] std::string encode_png(ImageView picture);

}  // namespace hindsight::ingest
