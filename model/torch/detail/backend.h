// What the libtorch at hand can do.
#pragma once

#include "model/torch/load.h"

namespace hindsight::model::torch::detail {

/// See backend_info().
[[nodiscard]] BackendInfo describe_backend(bool measure);

/// OpenBLAS keeps its own threads, which libtorch's setting does not reach.  Other libraries follow libtorch's.
void set_blas_threads(int threads);

}  // namespace hindsight::model::torch::detail
