// Clips made by the ffmpeg program, with the frame number painted into the pixels: a test knows
// which frame it got and needs no golden file.
#pragma once

#include <string>
#include <vector>

#include "core/image_view.h"

namespace hindsight::test {

/// Runs `ffmpeg -y <arguments> <path>` and returns `path`.  Throws with ffmpeg's own words when it
/// fails.
std::string make_clip(const std::string& path, const std::vector<std::string>& arguments);

/// A lavfi source: moving test picture, its top quarter shows the frame number as 16 black or white
/// columns.
struct NumberedSource {
  int frames = 50;
  int width = 128;
  int height = 96;
  std::string rate = "25";
};

/// The arguments that make ffmpeg read the source: {"-f", "lavfi", "-i", ...}, then `more` (the
/// encoder's options).
[[nodiscard]] std::vector<std::string> numbered(const NumberedSource& source,
                                                const std::vector<std::string>& more);

/// The number painted into a picture of 1 or 3 channels, at any size of at least 16x4; survives
/// lossy coding.
[[nodiscard]] int painted_number(ImageView picture);

}  // namespace hindsight::test
