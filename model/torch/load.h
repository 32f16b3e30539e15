// The one door to libtorch: checkpoints in, towers and language models out.  Names no vendor type.
// The code behind it lives in a shared module that is opened at the first call, so that programs
// which never call it start without libtorch's second.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/logger.h"
#include "core/token_matrix.h"
#include "model/mrope.h"
#include "model/vision_language_model.h"

namespace hindsight::model::torch {

/// How a checkpoint is brought into memory.
struct LoadOptions {
  /// automatic: bf16 where the processor multiplies bf16 natively (or on a GPU), else fp32.  fp16
  /// needs a GPU.
  enum class DType { automatic, fp32, bf16, fp16 };

  DType dtype = DType::automatic;
  /// 0: all cores.  A small model works with one but where many prompts are scored together.
  int threads = 0;
  std::string device = "cpu";  ///< "cpu", "cuda" or "cuda:N"
  PositionRule positions = PositionRule::reference;
};

/// A language model whose inside can be looked at.
class CheckpointModel : public LanguageModel {
 public:
  /// Logits [num_tokens(prompt), vocab] of the token after every token of the prompt.
  [[nodiscard]] virtual TokenMatrix all_logits(const Prompt& prompt) = 0;
};

/// Loads `visual.*` of the checkpoint in `directory`.  Weights whose dtype is the computation's are
/// used in place from the mapped file.  Throws Error(model) naming the file or tensor at fault,
/// Error(usage) for an option that this machine cannot follow, Error(exhausted) when memory is
/// short.
[[nodiscard]] std::unique_ptr<VisionTower> load_vision_tower(const std::filesystem::path& directory,
                                                             const LoadOptions& options,
                                                             const Logger& logger);

/// Loads the language model of the checkpoint in `directory`; as load_vision_tower().
[[nodiscard]] std::unique_ptr<CheckpointModel> load_language_model(
    const std::filesystem::path& directory, const LoadOptions& options, const Logger& logger);

/// Facts and the vision fingerprint, from the JSON files and at most a few MB of the weights; does
/// not open libtorch. `dtype` is what `options` would compute in.  Throws Error(model).
[[nodiscard]] ModelInfo read_model_info(const std::filesystem::path& directory,
                                        const LoadOptions& options = {});

/// What the libtorch at hand can do, for `hindsight doctor`.
struct BackendInfo {
  std::string torch_version;
  std::string blas;  ///< "OpenBLAS 0.3.21 ... SkylakeX", "MKL", "reference" or "unknown"
  bool slow_blas =
      false;  ///< the reference BLAS is in use: fp32 runs about 50 times slower than it could
  bool onednn = false;       ///< without it bf16 products are slow
  bool native_bf16 = false;  ///< the processor multiplies bf16
  int cuda_devices = 0;
  int threads = 0;         ///< used by default
  double fp32_gflops = 0;  ///< measured matrix product, all threads; 0 unless asked for
  double bf16_gflops = 0;
};

/// `measure`: also times two matrix products (about a second).  Throws Error(internal) when
/// libtorch cannot be opened, naming the library and the reason.
[[nodiscard]] BackendInfo backend_info(bool measure);

/// True when the processor multiplies bf16 (AVX512-BF16); needs no libtorch.
[[nodiscard]] bool has_native_bf16();

}  // namespace hindsight::model::torch
