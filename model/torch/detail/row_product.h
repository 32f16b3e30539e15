// One row times a weight matrix, the shape of decoding.  It is bound by reading the weights once,
// which libtorch 1.13 does at a fraction of the memory's speed (it repacks bf16 weights at every
// call).  No tensors here.
#pragma once

#include <cstdint>

namespace hindsight::model::torch::detail {

/// y[n] = sum over k of w[n * width + k] * x[k], for n in [begin, end); accumulated in float32.
/// w: row-major bf16 bit patterns; x: bf16 bit patterns.
void multiply_row_bf16(const std::uint16_t* w,
                       const std::uint16_t* x,
                       float* y,
                       std::int64_t begin,
                       std::int64_t end,
                       std::int64_t width);

/// The same in float32.
void multiply_row_fp32(const float* w,
                       const float* x,
                       float* y,
                       std::int64_t begin,
                       std::int64_t end,
                       std::int64_t width);

}  // namespace hindsight::model::torch::detail
