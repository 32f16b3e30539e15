// libtorch as this folder sees it: everything that differs between 1.13 and 2.x, and the one
// include of ATen.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include "core/error.h"

namespace hindsight::model::torch::detail {

/// 1.13 reports a failed allocation as an ordinary c10::Error.
inline bool is_out_of_memory(const c10::Error& error) {
#if TORCH_VERSION_MAJOR >= 2
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
#endif
  const std::string_view message = error.what_without_backtrace();
  return message.find("not enough memory") != std::string_view::npos ||
         message.find("can't allocate memory") != std::string_view::npos ||
         message.find("out of memory") != std::string_view::npos;
}

/// Runs one public entry: no autograd, `threads` threads, c10::Error translated to Error.  `what`
/// completes "cannot …".
template <class F>
auto guarded(std::string_view what, int threads, F&& body) {
  try {
    // The thread count is a property of the calling thread in OpenMP.
    if (at::get_num_threads() != threads) at::set_num_threads(threads);
    const c10::InferenceMode inference;
    return std::forward<F>(body)();
  } catch (const c10::Error& error) {
    if (is_out_of_memory(error)) {
      throw Error(ErrorCode::exhausted,
                  "cannot " + std::string(what) +
                      ": memory does not suffice; use a smaller model or fewer tokens");
    }
    throw Error(ErrorCode::internal,
                "cannot " + std::string(what) + ": " + error.what_without_backtrace());
  }
}

}  // namespace hindsight::model::torch::detail
