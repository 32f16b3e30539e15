#include "model/torch/detail/weights.h"

#include <cstdint>
#include <memory>

#include <fmt/format.h>

namespace hindsight::model::torch::detail {
namespace {

at::ScalarType scalar_type(ElementType type) {
  switch (type) {
    case ElementType::bf16:
      return at::kBFloat16;
    case ElementType::f16:
      return at::kHalf;
    default:
      return at::kFloat;
  }
}

/// Never written to: the mapping is read-only.
at::Tensor view_of(const MappedTensor& mapped) {
  auto owner = mapped.owner;
  return at::from_blob(
      const_cast<std::byte*>(mapped.bytes.data()),
      mapped.spec.shape,
      [owner](void*) mutable { owner.reset(); },
      at::TensorOptions().dtype(scalar_type(mapped.spec.type)));
}

bool is_aligned(const MappedTensor& mapped) {
  return reinterpret_cast<std::uintptr_t>(mapped.bytes.data()) % element_size(mapped.spec.type) ==
         0;
}

}  // namespace

at::ScalarType scalar_type(const std::string& dtype) {
  if (dtype == "bf16") return at::kBFloat16;
  return dtype == "fp16" ? at::kHalf : at::kFloat;
}

at::Device make_device(const std::string& name) {
  const at::Device device(name);
  if (device.is_cuda()) {
    const int count = static_cast<int>(at::getNumGPUs());
    if (!at::hasCUDA() || count == 0) {
      throw Error(ErrorCode::usage,
                  fmt::format("there is no device '{}': this libtorch sees no GPU; use cpu", name));
    }
    if (device.index() >= count) {
      throw Error(ErrorCode::usage,
                  fmt::format("there is no device '{}': this machine has {} GPU(s)", name, count));
    }
  }
  return device;
}

at::Tensor WeightLoader::tensor(const std::string& name) const {
  const MappedTensor& mapped = weights_.at(name);
  at::Tensor view;
  if (is_aligned(mapped)) {
    view = view_of(mapped);
    if (view.scalar_type() == dtype_ && device_.is_cpu()) return view;
  } else {
    view = at::empty(mapped.spec.shape, at::TensorOptions().dtype(scalar_type(mapped.spec.type)));
    std::copy(mapped.bytes.begin(), mapped.bytes.end(), static_cast<std::byte*>(view.data_ptr()));
  }
  at::Tensor converted = view.to(device_, dtype_);
  mapped.release_pages();
  return converted;
}

Linear WeightLoader::linear(const std::string& name) const {
  return {tensor(name + ".weight"), tensor(name + ".bias")};
}

Linear WeightLoader::linear_without_bias(const std::string& name) const {
  return {tensor(name + ".weight"), {}};
}

}  // namespace hindsight::model::torch::detail
