#include "model/torch/load.h"

#include <cstdlib>
#include <cstring>
#include <system_error>

#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>

#include "core/error.h"
#include "model/torch/detail/module.h"

namespace hindsight::model::torch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModuleFile = "hindsight_torch.so";

/// Beside the program, as in a build tree, or where an installation keeps it.
fs::path find_module() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  const fs::path beside = program.parent_path() / kModuleFile;
  const fs::path installed =
      program.parent_path().parent_path() / "lib" / "hindsight" / kModuleFile;
  return fs::exists(installed, failed) ? installed : beside;
}

/// Large blocks stay in the process: glibc would return each freed activation to the kernel and
/// fault it in again. Measured on libtorch 1.13: softmax 3 times, batched fp32 products 2 times
/// faster.
void keep_large_blocks() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

/// OpenMP's threads spin while they wait, which takes processor time from everything else that runs
/// beside the model: with this bound a run took 7.3-8.3 s of processor time instead of 9.8-10.7 s
/// at the same speed.
void wait_without_spinning() { ::setenv("GOMP_SPINCOUNT", "10000", /*overwrite=*/0); }

const detail::Module& open_module() {
  const fs::path file = find_module();
  keep_large_blocks();
  wait_without_spinning();
  // Never closed: objects that it made may outlive any handle.
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const reason = ::dlerror();
    throw Error(ErrorCode::internal,
                fmt::format("cannot open the model library: {}", reason ? reason : file.c_str()));
  }
  const auto entry = reinterpret_cast<detail::ModuleEntry>(::dlsym(handle, detail::kModuleSymbol));
  if (entry == nullptr || std::strcmp(entry()->revision, HINDSIGHT_MODULE_REVISION) != 0) {
    throw Error(
        ErrorCode::internal,
        fmt::format("the model library '{}' belongs to another build of hindsight; build it again",
                    file.string()));
  }
  return *entry();
}

const detail::Module& module() {
  static const detail::Module& opened = open_module();
  return opened;
}

}  // namespace

std::unique_ptr<VisionTower> load_vision_tower(const fs::path& directory,
                                               const LoadOptions& options,
                                               const Logger& logger) {
  return module().load_vision_tower(directory, options, logger);
}

std::unique_ptr<CheckpointModel> load_language_model(const fs::path& directory,
                                                     const LoadOptions& options,
                                                     const Logger& logger) {
  return module().load_language_model(directory, options, logger);
}

BackendInfo backend_info(bool measure) { return module().backend_info(measure); }

}  // namespace hindsight::model::torch
