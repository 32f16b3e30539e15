#include <fmt/format.h>

#include <cstdio>

#include "app/context.h"

namespace hindsight::app {

void add_version(CLI::App& root, Context& /*context*/) {
  auto* verb = root.add_subcommand("version", "Print the version");
  verb->callback([] { fmt::print("hindsight {}\n", HINDSIGHT_VERSION); });
}

}  // namespace hindsight::app
