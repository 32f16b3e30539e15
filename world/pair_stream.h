// An endless stream of labelled frame pairs for training.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "world/entity.h"

namespace hindsight::world {

struct PictureSize {
  int width = 168;
  int height = 112;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

struct PairStreamOptions {
  std::uint64_t seed = 1;
  /// 0: endless.
  std::uint64_t count = 0;
  /// A family's name or "mix".
  std::string family = "mix";
  Split split = Split::train;
  int threads = 1;
  /// Drawn evenly; sides are multiples of 28.
  std::vector<PictureSize> sizes = {{112, 112}, {168, 112}, {224, 140}, {168, 168}, {224, 168}};
};

/// "168x112,224x140".  Throws Error(usage) when a side is no multiple of 28 or outside 56..1120.
[[nodiscard]] std::vector<PictureSize> parse_sizes(std::string_view text);

/// Gives `write` the records in order, whatever the number of threads; ends early when it returns
/// false.  A record: u32 magic "HSWP", u32 json_bytes, u32 width, u32 height (little endian), the
/// JSON in UTF-8, two RGB24 frames.  Throws Error(usage) on options out of range.
void stream_pairs(const PairStreamOptions& options,
                  const std::function<bool(std::string_view)>& write);

}  // namespace hindsight::world
