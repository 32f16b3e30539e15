#include <algorithm>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "core/error.h"
#include "model/checkpoint.h"
#include "model/config.h"
#include "model/torch/detail/module.h"
#include "model/torch/load.h"

namespace hindsight::model::torch {

namespace detail {

Threads resolve_threads(int threads, std::int64_t num_parameters) {
  // Products of a small model take some microseconds, and threads that wait by spinning take 20
  // times as long when other programs need the cores.
  constexpr std::int64_t kWorthThreads = 50'000'000;
  if (threads < 0)
    throw Error(ErrorCode::usage,
                fmt::format("the number of threads is {}, but cannot be negative", threads));
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (threads > 0) return {.within = threads, .scoring = threads};
  return {.within = num_parameters < kWorthThreads ? 1 : cores, .scoring = cores};
}

std::string resolve_dtype(const LoadOptions& options) {
  const std::string& device = options.device;
  const bool gpu =
      device == "cuda" || (device.starts_with("cuda:") && device.size() > 5 &&
                           device.find_first_not_of("0123456789", 5) == std::string::npos);
  if (!gpu && device != "cpu") {
    throw Error(ErrorCode::usage,
                fmt::format("there is no device '{}'; name cpu, cuda or cuda:N", device));
  }
  switch (options.dtype) {
    case LoadOptions::DType::fp32:
      return "fp32";
    case LoadOptions::DType::bf16:
      return "bf16";
    case LoadOptions::DType::fp16:
      if (!gpu) throw Error(ErrorCode::usage, "fp16 needs a GPU; use bf16 or fp32 on a processor");
      return "fp16";
    case LoadOptions::DType::automatic:
      break;
  }
  return gpu || has_native_bf16() ? "bf16" : "fp32";
}

}  // namespace detail

bool has_native_bf16() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

ModelInfo read_model_info(const std::filesystem::path& directory, const LoadOptions& options) {
  const ModelConfig config = load_model_config(directory);
  const CheckpointWeights weights(directory, config);
  ModelInfo info;
  info.architecture = config.architecture;
  info.directory = directory.string();
  info.vision_fingerprint =
      vision_fingerprint(config, load_preprocessor_config(directory), weights);
  info.language_fingerprint = language_fingerprint(config, weights);
  info.num_parameters = weights.num_parameters();
  info.token_width = config.text.hidden_size;
  info.context_length = config.text.max_position_embeddings;
  info.bare_replies = config.bare_replies;
  info.words = config.words;
  info.dtype = detail::resolve_dtype(options);
  return info;
}

}  // namespace hindsight::model::torch
