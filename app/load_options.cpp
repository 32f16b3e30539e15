#include "app/load_options.h"

#include "app/choice.h"

namespace hindsight::app {

CLI::Option* add_dtype_option(CLI::App& verb, model::torch::LoadOptions& options) {
  using DType = model::torch::LoadOptions::DType;
  return add_choice(verb,
                    "--dtype",
                    options.dtype,
                    {{"auto", DType::automatic},
                     {"fp32", DType::fp32},
                     {"bf16", DType::bf16},
                     {"fp16", DType::fp16}},
                    "What to compute in: auto, fp32, bf16 or fp16; auto is bf16 where it is fast");
}

void add_load_options(CLI::App& verb, model::torch::LoadOptions& options) {
  add_dtype_option(verb, options);
  verb.add_option("--device", options.device, "cpu, cuda or cuda:N");
  verb.add_option("--threads", options.threads, "0: all cores")->check(CLI::Range(0, 4096));
}

}  // namespace hindsight::app
