// The seam between the library that programs link (no libtorch) and the module that it opens
// (libtorch).  Both are built from this tree by one compiler; `revision` guards against a stale
// module beside a new program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "core/logger.h"
#include "model/torch/load.h"

namespace hindsight::model::torch::detail {

struct Module {
  const char* revision;  ///< HINDSIGHT_MODULE_REVISION: a hash of what is declared across the seam
  std::unique_ptr<VisionTower> (*load_vision_tower)(const std::filesystem::path&,
                                                    const LoadOptions&,
                                                    const Logger&);
  std::unique_ptr<CheckpointModel> (*load_language_model)(const std::filesystem::path&,
                                                          const LoadOptions&,
                                                          const Logger&);
  BackendInfo (*backend_info)(bool measure);
};

/// The symbol that the module exports, a ModuleEntry.
inline constexpr const char* kModuleSymbol = "hindsight_torch_module";
using ModuleEntry = const Module* (*)();

/// `within`: of any product.  `scoring`: at most, where many prompts are scored together: a small
/// model's other products take less time than waking a thread.
struct Threads {
  int within = 1;
  int scoring = 1;
};

/// `threads`; when it is 0, the number of cores.  Throws Error(usage) when negative.
[[nodiscard]] Threads resolve_threads(int threads, std::int64_t num_parameters);

/// What `options` compute in: "fp32", "bf16" or "fp16".  Throws Error(usage) for fp16 on a
/// processor and for a device name that is not "cpu", "cuda" or "cuda:N".
[[nodiscard]] std::string resolve_dtype(const LoadOptions& options);

}  // namespace hindsight::model::torch::detail
