// The arithmetic of a scan over int8 vectors: exact sums in integers, as fast as memory delivers
// them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hindsight::query::detail {

/// A vector in 16 bits: value k = scale * codes[k], within scale / 2.
struct FineVector {
  double scale = 0;
  std::vector<std::int16_t> codes;
};

/// The nearest such vector; the largest magnitude becomes 32767.
[[nodiscard]] FineVector to_fine(std::span<const double> values);

/// The exact sum of products of two vectors' codes; of equal size.
[[nodiscard]] std::int64_t multiply(std::span<const std::int16_t> a,
                                    std::span<const std::int16_t> b);

/// What the codes of one row give with a, with b and with themselves.
struct CodeProducts {
  std::int64_t with_a = 0;
  std::int64_t with_b = 0;
  std::int64_t with_itself = 0;
};

/// rows: [results.size(), a.size()]; b: as long as a.  Exact.
void multiply_rows(std::span<const std::int8_t> rows,
                   std::span<const std::int16_t> a,
                   std::span<const std::int16_t> b,
                   std::span<CodeProducts> results);

}  // namespace hindsight::query::detail
