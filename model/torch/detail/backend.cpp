#include "model/torch/detail/backend.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include <dlfcn.h>

#include "model/torch/detail/compat.h"
#include "model/torch/detail/module.h"

namespace hindsight::model::torch::detail {
namespace {

/// The function called `name` in any loaded library, or nullptr.
template <class F>
F* find_symbol(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_DEFAULT, name));
}

/// libtorch calls whatever library answers to "libblas"; which one that is shows only at run time.
std::string find_blas() {
  if (at::hasMKL()) return "MKL";
  if (auto* const config = find_symbol<char*()>("openblas_get_config")) return config();
  Dl_info place{};
  void* const sgemm = ::dlsym(RTLD_DEFAULT, "sgemm_");
  if (sgemm == nullptr || ::dladdr(sgemm, &place) == 0 || place.dli_fname == nullptr)
    return "unknown";
  const std::string file = place.dli_fname;
  for (const std::string name : {"openblas", "blis", "atlas"}) {
    if (file.find(name) != std::string::npos) return name;
  }
  return "reference (" + file + ")";
}

/// GF/s of [rows, 1536] times the 2B model's first MLP matrix.
double time_product(at::ScalarType dtype, std::int64_t rows, int repeats) {
  constexpr std::int64_t kIn = 1536;
  constexpr std::int64_t kOut = 8960;
  const at::Tensor x = at::ones({rows, kIn}, dtype);
  const at::Tensor w = at::ones({kOut, kIn}, dtype);
  at::linear(x, w);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) at::linear(x, w);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return 2.0 * repeats * static_cast<double>(rows) * kIn * kOut / seconds / 1e9;
}

double measure_gflops(at::ScalarType dtype) {
  // Where the processor lacks the dtype, the full product would take half a minute.
  constexpr double kWorthMeasuring = 10;
  const double estimate = time_product(dtype, 16, 1);
  return estimate < kWorthMeasuring ? estimate : time_product(dtype, 384, 3);
}

}  // namespace

void set_blas_threads(int threads) {
  if (auto* const set = find_symbol<void(int)>("openblas_set_num_threads")) set(threads);
}

BackendInfo describe_backend(bool measure) {
  BackendInfo info;
  info.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return guarded("describe libtorch", info.threads, [&] {
    info.torch_version = TORCH_VERSION;
    info.blas = find_blas();
    info.slow_blas = info.blas.starts_with("reference");
    info.onednn = at::hasMKLDNN();
    info.native_bf16 = has_native_bf16();
    info.cuda_devices = at::hasCUDA() ? static_cast<int>(at::getNumGPUs()) : 0;
    if (measure) {
      info.fp32_gflops = measure_gflops(at::kFloat);
      info.bf16_gflops = measure_gflops(at::kBFloat16);
    }
    return info;
  });
}

}  // namespace hindsight::model::torch::detail
