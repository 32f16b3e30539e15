#include "app/verbs/model.h"

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

void add_model(CLI::App& root, Context& context) {
  auto* group = root.add_subcommand(
      "model", "Look at a model folder, run it, or make one with generated weights");
  group->require_subcommand(1);
  group->fallthrough();
  add_model_info(*group, context);
  add_model_run(*group, context);
  add_model_make_random(*group, context);
}

}  // namespace hindsight::app
