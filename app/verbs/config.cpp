#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "app/config_file.h"
#include "app/context.h"
#include "app/model_dir.h"
#include "app/settings.h"

namespace hindsight::app {
namespace {

/// A file that changes nothing: every setting as a comment, with its meaning and default.
void print_template(const std::vector<Setting>& settings) {
  fmt::print(
      "# Hindsight reads this file from {}\n"
      "# or from where --config or HINDSIGHT_CONFIG points.  A flag wins over the environment,\n"
      "# the environment over this file, this file over the defaults shown here.\n",
      default_config_path());
  std::string section;
  for (const auto& setting : settings) {
    if (setting.section != section) fmt::print("\n[{}]\n", setting.section);
    section = setting.section;
    fmt::print("\n# {}{}\n# {} = {}\n",
               setting.description,
               setting.environment.empty() ? "" : fmt::format(" ({})", setting.environment),
               setting.key,
               to_config_value(setting.default_value));
  }
}

/// What a program without the setting uses.
std::string used_instead(const Setting& setting) {
  if (!setting.section.empty() || setting.key != "model") return "";
  const auto shipped = shipped_model_dir();
  return shipped ? fmt::format(", the one that ships is used: {}", shipped->string()) : "";
}

void print_effective(const std::vector<Setting>& settings) {
  std::string section;
  for (const auto& setting : settings) {
    if (setting.section != section) fmt::print("\n[{}]\n", setting.section);
    section = setting.section;
    const auto line = setting.value.empty()
                          ? fmt::format("# {} is not set{}", setting.key, used_instead(setting))
                          : fmt::format("{} = {}", setting.key, to_config_value(setting.value));
    fmt::print("{:<48} # {}\n", line, setting.source);
  }
}

}  // namespace

void add_config(CLI::App& root, Context& context) {
  auto* verb =
      root.add_subcommand("config", "Print the effective settings and where each came from");
  verb->footer(
      "Examples:\n"
      "  hindsight config                                   what holds now, and why\n"
      "  hindsight config --template > ~/.config/hindsight/config.toml\n"
      "Exit codes: 0 done, 2 a setting that is not valid, 5 no such configuration file.");
  auto as_template = std::make_shared<bool>(false);
  verb->add_flag("--template", *as_template, "Print an annotated configuration file instead")
      ->configurable(false);
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  verb->callback([&root, &context, as_template] {
    const auto settings = effective_settings(root, context.config, context.arguments);
    if (*as_template) {
      print_template(settings);
    } else {
      print_effective(settings);
    }
  });
}

}  // namespace hindsight::app
