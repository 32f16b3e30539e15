// Which model a verb works with: one rule for all of them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/context.h"

namespace hindsight::app {

/// The small model that ships: share/hindsight/models/hindsight-tiny of an installation,
/// models/hindsight-tiny of a source tree.  Empty when it is in neither place.
[[nodiscard]] std::optional<std::filesystem::path> shipped_model_dir();

/// The folder that --model, HINDSIGHT_MODEL or the configuration file names, in this order; else
/// the model that ships. Throws Error(not_found) when none is named and none ships, and when the
/// named folder does not exist.
[[nodiscard]] std::filesystem::path resolve_model_dir(const Context& context);

}  // namespace hindsight::app
