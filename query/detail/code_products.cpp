#include "query/detail/code_products.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace hindsight::query::detail {
namespace {

/// So many products of an int8 and an int16 add up within 32 bits.
constexpr std::size_t kBlock = 512;
static_assert(std::int64_t{kBlock} * 128 * 32767 <= std::numeric_limits<std::int32_t>::max());

using Multiply = void (*)(const std::int8_t*,
                          std::size_t,
                          const std::int16_t*,
                          const std::int16_t*,
                          std::span<CodeProducts>);

/// Codes are widened to 16 bits first: compilers turn sums of 16-bit products into one instruction
/// for two of them.
[[gnu::always_inline]] inline void multiply_body(const std::int8_t* rows,
                                                 std::size_t width,
                                                 const std::int16_t* a,
                                                 const std::int16_t* b,
                                                 std::span<CodeProducts> results) {
  for (CodeProducts& result : results) {
    result = {};
    for (std::size_t begin = 0; begin < width; begin += kBlock) {
      const std::size_t end = std::min(begin + kBlock, width);
      std::int32_t with_a = 0;
      std::int32_t with_b = 0;
      std::int32_t with_itself = 0;
      for (std::size_t k = begin; k < end; ++k) {
        const std::int16_t code = rows[k];
        with_a += code * a[k];
        with_b += code * b[k];
        with_itself += code * code;
      }
      result.with_a += with_a;
      result.with_b += with_b;
      result.with_itself += with_itself;
    }
    rows += width;
  }
}

void multiply_any(const std::int8_t* rows,
                  std::size_t width,
                  const std::int16_t* a,
                  const std::int16_t* b,
                  std::span<CodeProducts> results) {
  multiply_body(rows, width, a, b, results);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void multiply_avx2(const std::int8_t* rows,
                                           std::size_t width,
                                           const std::int16_t* a,
                                           const std::int16_t* b,
                                           std::span<CodeProducts> results) {
  multiply_body(rows, width, a, b, results);
}
#endif

Multiply choose_multiply() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) return multiply_avx2;
#endif
  return multiply_any;
}

}  // namespace

FineVector to_fine(std::span<const double> values) {
  FineVector fine{.codes = std::vector<std::int16_t>(values.size())};
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  if (!(largest > 0)) return fine;
  fine.scale = largest / std::numeric_limits<std::int16_t>::max();
  for (std::size_t k = 0; k < values.size(); ++k)
    fine.codes[k] = static_cast<std::int16_t>(std::lround(values[k] / fine.scale));
  return fine;
}

std::int64_t multiply(std::span<const std::int16_t> a, std::span<const std::int16_t> b) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += std::int64_t{a[k]} * b[k];
  return sum;
}

void multiply_rows(std::span<const std::int8_t> rows,
                   std::span<const std::int16_t> a,
                   std::span<const std::int16_t> b,
                   std::span<CodeProducts> results) {
  static const Multiply best = choose_multiply();
  best(rows.data(), a.size(), a.data(), b.data(), results);
}

}  // namespace hindsight::query::detail
