// The order in which the stretches of a video are visited: spread out, so that every prefix sees
// the whole.
#pragma once

#include <cstdint>

namespace hindsight {

/// Sort key of stretch `n`: its bits reversed (van der Corput).  0..7 are visited as 0 4 2 6 1 5 3
/// 7; a video that grows by more stretches keeps the order of the old ones.
[[nodiscard]] constexpr std::uint32_t spread_key(std::uint32_t n) {
  std::uint32_t key = 0;
  for (int bit = 0; bit < 32; ++bit) key |= ((n >> bit) & 1U) << (31 - bit);
  return key;
}

}  // namespace hindsight
