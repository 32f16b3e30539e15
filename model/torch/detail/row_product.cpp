#include "model/torch/detail/row_product.h"

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hindsight::model::torch::detail {
namespace {

constexpr int kLanes = 64;

float to_float(float value) { return value; }
float to_float(std::uint16_t bf16) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bf16) << 16);
}

/// Independent sums, so that the compiler may use vectors without reordering a single one.
template <class T>
[[gnu::always_inline]] inline float dot(const T* a, const T* b, std::int64_t width) {
  float sums[kLanes] = {};
  std::int64_t k = 0;
  for (; k + kLanes <= width; k += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane)
      sums[lane] += to_float(a[k + lane]) * to_float(b[k + lane]);
  }
  float total = 0;
  for (; k < width; ++k) total += to_float(a[k]) * to_float(b[k]);
  for (const float sum : sums) total += sum;
  return total;
}

using DotBf16 = float (*)(const std::uint16_t*, const std::uint16_t*, std::int64_t);
using DotFp32 = float (*)(const float*, const float*, std::int64_t);

float dot_bf16_any(const std::uint16_t* a, const std::uint16_t* b, std::int64_t width) {
  return dot(a, b, width);
}
float dot_fp32_any(const float* a, const float* b, std::int64_t width) { return dot(a, b, width); }

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] float dot_bf16_avx2(const std::uint16_t* a,
                                                const std::uint16_t* b,
                                                std::int64_t width) {
  return dot(a, b, width);
}
[[gnu::target("avx2,fma")]] float dot_fp32_avx2(const float* a,
                                                const float* b,
                                                std::int64_t width) {
  return dot(a, b, width);
}

#define HINDSIGHT_AVX512_BF16 [[gnu::target("avx512f,avx512bw,avx512vl,avx512bf16")]]

HINDSIGHT_AVX512_BF16 inline __m512 add_products(__m512 sums,
                                                 const std::uint16_t* a,
                                                 const std::uint16_t* b) {
  return _mm512_dpbf16_ps(sums,
                          reinterpret_cast<__m512bh>(_mm512_loadu_si512(a)),
                          reinterpret_cast<__m512bh>(_mm512_loadu_si512(b)));
}

HINDSIGHT_AVX512_BF16 float dot_bf16_avx512(const std::uint16_t* a,
                                            const std::uint16_t* b,
                                            std::int64_t width) {
  constexpr std::int64_t kVector = 32;
  __m512 sums[4] = {
      _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps()};
  std::int64_t k = 0;
  for (; k + 4 * kVector <= width; k += 4 * kVector) {
    for (int i = 0; i < 4; ++i)
      sums[i] = add_products(sums[i], a + k + i * kVector, b + k + i * kVector);
  }
  for (; k < width; k += kVector) {
    const std::int64_t left = width - k;
    const __mmask32 mask = left >= kVector ? ~__mmask32{0} : (__mmask32{1} << left) - 1;
    const __m512i x = _mm512_maskz_loadu_epi16(mask, a + k);
    const __m512i y = _mm512_maskz_loadu_epi16(mask, b + k);
    sums[0] =
        _mm512_dpbf16_ps(sums[0], reinterpret_cast<__m512bh>(x), reinterpret_cast<__m512bh>(y));
  }
  alignas(64) float lanes[16];
  _mm512_store_ps(lanes,
                  _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
  float total = 0;
  for (const float lane : lanes) total += lane;
  return total;
}
#endif

DotBf16 choose_bf16() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw"))
    return dot_bf16_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return dot_bf16_avx2;
#endif
  return dot_bf16_any;
}

DotFp32 choose_fp32() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return dot_fp32_avx2;
#endif
  return dot_fp32_any;
}

}  // namespace

void multiply_row_bf16(const std::uint16_t* w,
                       const std::uint16_t* x,
                       float* y,
                       std::int64_t begin,
                       std::int64_t end,
                       std::int64_t width) {
  static const DotBf16 best = choose_bf16();
  for (std::int64_t n = begin; n < end; ++n) y[n] = best(w + n * width, x, width);
}

void multiply_row_fp32(const float* w,
                       const float* x,
                       float* y,
                       std::int64_t begin,
                       std::int64_t end,
                       std::int64_t width) {
  static const DotFp32 best = choose_fp32();
  for (std::int64_t n = begin; n < end; ++n) y[n] = best(w + n * width, x, width);
}

}  // namespace hindsight::model::torch::detail
