// The entry of hindsight_torch.so.
#include "model/torch/detail/module.h"

#include "model/torch/detail/backend.h"
#include "model/torch/detail/language_model.h"
#include "model/torch/detail/vision_tower.h"

extern "C" __attribute__((visibility("default"))) const hindsight::model::torch::detail::Module*
hindsight_torch_module() {
  using namespace hindsight::model::torch::detail;
  static const Module module{
      HINDSIGHT_MODULE_REVISION, make_vision_tower, make_language_model, describe_backend};
  return &module;
}
