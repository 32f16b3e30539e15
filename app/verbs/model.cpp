#include "app/verbs/model.h"

namespace hindsight::app {

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
