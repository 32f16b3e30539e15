// The upper half of a float32: how weights and visual tokens are stored.
#pragma once

#include <bit>
#include <cstdint>

namespace hindsight {

/// Rounds to nearest even; `value` is finite.
[[nodiscard]] constexpr std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

[[nodiscard]] constexpr float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

}  // namespace hindsight
