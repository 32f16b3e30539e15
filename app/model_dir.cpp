#include "app/model_dir.h"

#include <array>
#include <system_error>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::app {
namespace fs = std::filesystem;

std::optional<fs::path> shipped_model_dir() {
  std::error_code ignored;
  const fs::path bin = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  // An installation has bin/ beside share/; a build has <source tree>/build/<preset>/bin.
  const std::array<fs::path, 2> places{bin.parent_path() / "share" / "hindsight" / "models",
                                       bin.parent_path().parent_path().parent_path() / "models"};
  for (const auto& place : places) {
    const auto directory = place / "hindsight-tiny";
    if (fs::exists(directory / "config.json", ignored)) return directory;
  }
  return std::nullopt;
}

fs::path resolve_model_dir(const Context& context) {
  std::error_code ignored;
  if (!context.model_dir.empty()) {
    if (fs::is_directory(context.model_dir, ignored)) return context.model_dir;
    throw Error(ErrorCode::not_found,
                fmt::format("no model folder at '{}'; --model (or HINDSIGHT_MODEL) takes a Hugging "
                            "Face folder with "
                            "config.json and *.safetensors",
                            context.model_dir));
  }
  if (const auto shipped = shipped_model_dir()) return *shipped;
  throw Error(ErrorCode::not_found,
              "no model was named and none ships with this build; give a Hugging Face folder with "
              "--model DIR or in "
              "HINDSIGHT_MODEL");
}

}  // namespace hindsight::app
