// The few tensor operations both halves of the model are made of, with the rounding of the
// reference: where it computes in float32 inside a bf16 model, so do these.
#pragma once

#include <string>

#include "model/torch/detail/weights.h"

namespace hindsight::model::torch::detail {

/// x [n, in] -> [n, out].
[[nodiscard]] at::Tensor apply(const Linear& linear, const at::Tensor& x);

/// Over the last dimension.  Normalised in float32, rounded to x's dtype, then multiplied by the
/// weight in that dtype.
[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// Over the last dimension, in float32 throughout, rounded once.
[[nodiscard]] at::Tensor layer_norm(const at::Tensor& x,
                                    const at::Tensor& weight,
                                    const at::Tensor& bias,
                                    double eps);

/// "quick_gelu", "gelu" (exact) or "silu", in x's dtype.
[[nodiscard]] at::Tensor activate(const at::Tensor& x, const std::string& activation);

/// x * cos + rotate_half(x) * sin over the last dimension, in x's dtype.
[[nodiscard]] at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

/// softmax(q k^T * scale) v.  q: [B, n, d], k and v: [B, m, d]; returns [B, n, d].  `tail_mask` [n,
/// t], if defined, is added to the scores of the last t keys.  Rows of q go in pieces, so that
/// scores stay below some tens of MB.
[[nodiscard]] at::Tensor attention(const at::Tensor& q,
                                   const at::Tensor& k,
                                   const at::Tensor& v,
                                   double scale,
                                   const at::Tensor& tail_mask = {});

}  // namespace hindsight::model::torch::detail
