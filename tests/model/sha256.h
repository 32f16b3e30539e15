// SHA-256 of a block, for goldens that were published as one.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace hindsight::test {

/// 64 lower-case hex digits.
[[nodiscard]] std::string sha256(std::span<const std::uint8_t> bytes);

}  // namespace hindsight::test
