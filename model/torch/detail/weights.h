// Mapped weights as tensors.
#pragma once

#include <string>

#include "model/checkpoint.h"
#include "model/torch/detail/compat.h"

namespace hindsight::model::torch::detail {

/// y = x W^T + b; the bias may be undefined.
struct Linear {
  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out]
};

/// Hands out the tensors of a checkpoint in the dtype of the computation.  A tensor of that dtype,
/// on a processor, is a view of the mapped file; any other is converted on its own and the pages of
/// its source are released.
class WeightLoader {
 public:
  WeightLoader(const CheckpointWeights& weights, at::ScalarType dtype, at::Device device)
      : weights_(weights), dtype_(dtype), device_(device) {}

  [[nodiscard]] at::Tensor tensor(const std::string& name) const;
  /// `name`.weight and `name`.bias.
  [[nodiscard]] Linear linear(const std::string& name) const;
  /// `name`.weight alone.
  [[nodiscard]] Linear linear_without_bias(const std::string& name) const;

 private:
  const CheckpointWeights& weights_;
  at::ScalarType dtype_;
  at::Device device_;
};

/// "fp32", "bf16" or "fp16" to the type of tensors.
[[nodiscard]] at::ScalarType scalar_type(const std::string& dtype);

/// Throws Error(usage) when this libtorch or machine has no such device.
[[nodiscard]] at::Device make_device(const std::string& name);

}  // namespace hindsight::model::torch::detail
