#include "model/torch/detail/ops.h"

#include <algorithm>
#include <vector>

#include "model/torch/detail/row_product.h"

namespace hindsight::model::torch::detail {
namespace {

// Elements of one piece of attention scores.
constexpr std::int64_t kMaxScores = std::int64_t{1} << 23;
// Rows of a weight matrix that one thread takes at a time.
constexpr std::int64_t kRowsPerTask = 64;

bool is_single_row(const at::Tensor& x, const at::Tensor& weight) {
  const bool known = x.scalar_type() == at::kBFloat16 || x.scalar_type() == at::kFloat;
  return x.size(0) == 1 && x.device().is_cpu() && known && weight.is_contiguous() &&
         x.is_contiguous();
}

at::Tensor multiply_row(const at::Tensor& x, const Linear& linear) {
  const std::int64_t width = linear.weight.size(1);
  const std::int64_t rows = linear.weight.size(0);
  at::Tensor y = at::empty({1, rows}, x.options().dtype(at::kFloat));
  float* const out = y.data_ptr<float>();
  const void* const w = linear.weight.data_ptr();
  const void* const in = x.data_ptr();
  const bool bf16 = x.scalar_type() == at::kBFloat16;
  at::parallel_for(0, rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    if (bf16) {
      multiply_row_bf16(static_cast<const std::uint16_t*>(w),
                        static_cast<const std::uint16_t*>(in),
                        out,
                        begin,
                        end,
                        width);
    } else {
      multiply_row_fp32(
          static_cast<const float*>(w), static_cast<const float*>(in), out, begin, end, width);
    }
  });
  if (linear.bias.defined()) y.add_(linear.bias);
  return y.to(x.scalar_type());
}

}  // namespace

at::Tensor apply(const Linear& linear, const at::Tensor& x) {
  if (is_single_row(x, linear.weight)) return multiply_row(x, linear);
  return at::linear(x,
                    linear.weight,
                    linear.bias.defined() ? c10::optional<at::Tensor>(linear.bias) : c10::nullopt);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const at::Tensor wide = x.to(at::kFloat);
  const at::Tensor mean_square = wide.square().mean(-1, /*keepdim=*/true);
  return (wide * at::rsqrt(mean_square + eps)).to(x.scalar_type()) * weight;
}

at::Tensor layer_norm(const at::Tensor& x,
                      const at::Tensor& weight,
                      const at::Tensor& bias,
                      double eps) {
  const at::Tensor wide = at::layer_norm(
      x.to(at::kFloat), weight.sizes(), weight.to(at::kFloat), bias.to(at::kFloat), eps);
  return wide.to(x.scalar_type());
}

at::Tensor activate(const at::Tensor& x, const std::string& activation) {
  if (activation == "silu") return at::silu(x);
  if (activation == "gelu") return at::gelu(x);
  return x * at::sigmoid(x * 1.702);
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const std::int64_t half = x.size(-1) / 2;
  const at::Tensor rotated = at::cat({x.slice(-1, half).neg(), x.slice(-1, 0, half)}, -1);
  return x * cos + rotated * sin;
}

at::Tensor attention(const at::Tensor& q,
                     const at::Tensor& k,
                     const at::Tensor& v,
                     double scale,
                     const at::Tensor& tail_mask) {
  const std::int64_t rows = q.size(1);
  const std::int64_t keys = k.size(1);
  const std::int64_t piece = std::clamp<std::int64_t>(kMaxScores / (q.size(0) * keys), 1, rows);
  const at::Tensor keys_transposed = k.transpose(1, 2);
  std::vector<at::Tensor> parts;
  for (std::int64_t at = 0; at < rows; at += piece) {
    const std::int64_t n = std::min(piece, rows - at);
    // Not baddbmm with beta 0: for small products libtorch 1.13 multiplies uninitialised memory by
    // that 0, and a NaN left there stays a NaN.
    at::Tensor scores = at::bmm(q.narrow(1, at, n), keys_transposed).mul_(scale);
    if (tail_mask.defined()) {
      const std::int64_t tail = tail_mask.size(1);
      scores.narrow(2, keys - tail, tail).add_(tail_mask.narrow(0, at, n));
    }
    parts.push_back(at::bmm(at::softmax(scores, -1), v));
  }
  return parts.size() == 1 ? parts.front() : at::cat(parts, 1);
}

}  // namespace hindsight::model::torch::detail
