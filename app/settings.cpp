#include "app/settings.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "app/command_line.h"
#include "app/config_file.h"
#include "core/error.h"

namespace hindsight::app {
namespace {

struct SettingOption {
  std::string section;
  std::string key;
  CLI::Option* option = nullptr;
  std::string id() const { return section.empty() ? key : section + "." + key; }
};

/// Shared by all verbs: it has a variable of its own.
bool is_shared(const CLI::Option& option) { return !option.get_envname().empty(); }

bool is_setting(const CLI::Option& option) {
  return !option.get_lnames().empty() && !option.get_required() && option.get_configurable();
}

/// Every option that a file may set.  A shared option appears once a verb that has it.  Verbs with
/// verbs of their own have no settings: what they do is done by hand.
std::vector<SettingOption> setting_options(CLI::App& root) {
  std::vector<SettingOption> all;
  for (CLI::Option* option : root.get_options()) {
    if (is_setting(*option)) all.push_back({"", option->get_lnames().front(), option});
  }
  for (CLI::App* verb : root.get_subcommands({})) {
    if (!verb->get_subcommands({}).empty()) continue;
    for (CLI::Option* option : verb->get_options()) {
      if (!is_setting(*option)) continue;
      all.push_back(
          {is_shared(*option) ? "" : verb->get_name(), option->get_lnames().front(), option});
    }
  }
  return all;
}

std::string read_text(const std::string& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open() || std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorCode::not_found,
                fmt::format("the configuration file {} cannot be read; name another with --config "
                            "or unset HINDSIGHT_CONFIG",
                            path));
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void refuse_unknown(const ConfigEntry& entry,
                                 const std::vector<SettingOption>& options,
                                 const std::string& path) {
  std::vector<std::string> sections;
  std::vector<std::string> keys;
  std::string elsewhere;
  for (const auto& known : options) {
    if (!known.section.empty()) sections.push_back(known.section);
    if (known.section == entry.section) keys.push_back(known.key);
    if (known.key == entry.key) elsewhere = known.section;
  }
  const bool known_section =
      entry.section.empty() ||
      std::find(sections.begin(), sections.end(), entry.section) != sections.end();
  const bool is_elsewhere =
      known_section && std::any_of(options.begin(), options.end(), [&](const auto& o) {
        return o.key == entry.key;
      });
  const auto near =
      closest_word(known_section ? entry.key : entry.section, known_section ? keys : sections);
  std::string hint;
  if (!near.empty()) {
    hint = fmt::format(", did you mean {}?", near);
  } else if (is_elsewhere) {
    hint = elsewhere.empty() ? ", it belongs above the first heading"
                             : fmt::format(", it belongs below [{}]", elsewhere);
  }
  throw Error(
      ErrorCode::usage,
      fmt::format("{}:{}: the {} is not known{}; 'hindsight config --template' lists all settings",
                  path,
                  entry.line,
                  known_section ? fmt::format("key {}", entry.key)
                                : fmt::format("section [{}]", entry.section),
                  hint));
}

bool is_flag(const CLI::Option& option) { return option.get_expected_max() == 0; }

std::string default_of(const CLI::Option& option) {
  return is_flag(option) && option.get_default_str().empty() ? "false" : option.get_default_str();
}

std::string value_of(const CLI::Option& option) {
  if (option.count() == 0) return default_of(option);
  std::string text;
  for (const auto& result : option.results()) text += (text.empty() ? "" : ",") + result;
  return text;
}

/// As if the program had been built with this default.
void set_default(CLI::Option& option, const ConfigEntry& entry, const std::string& path) {
  const auto refuse = [&](std::string_view why) {
    throw Error(
        ErrorCode::usage,
        fmt::format(
            "{}:{}: {} = {} is not accepted: {}", path, entry.line, entry.key, entry.value, why));
  };
  if (is_flag(option) && entry.value != "true" && entry.value != "false")
    refuse("it is true or false");
  try {
    option.run_callback_for_default()->default_val(entry.value);
  } catch (const CLI::Error& e) {
    refuse(e.what());
  }
}

bool was_typed(const CLI::Option& option, const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    const auto flag = "--" + option.get_lnames().front();
    return argument == flag || argument.starts_with(flag + "=");
  });
}

}  // namespace

std::string default_config_path() {
  const char* folder = std::getenv("XDG_CONFIG_HOME");
  if (folder && *folder) return std::string(folder) + "/hindsight/config.toml";
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "") + "/.config/hindsight/config.toml";
}

std::string find_config_file(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") break;
    if (arguments[i] == "--config" && i + 1 < arguments.size()) return arguments[i + 1];
    if (arguments[i].starts_with("--config=")) return arguments[i].substr(9);
  }
  const char* named = std::getenv("HINDSIGHT_CONFIG");
  if (named && *named) return named;
  std::error_code ignored;
  const auto path = default_config_path();
  return std::filesystem::exists(path, ignored) ? path : "";
}

ConfigSource apply_config_file(CLI::App& root, const std::string& path) {
  ConfigSource source{.path = path, .replaced = {}};
  const auto options = setting_options(root);
  for (const auto& entry : parse_config_file(read_text(path), path)) {
    bool known = false;
    for (const auto& setting : options) {
      if (setting.section != entry.section || setting.key != entry.key) continue;
      known = true;
      source.replaced.emplace(setting.id(), default_of(*setting.option));
      set_default(*setting.option, entry, path);
    }
    if (!known) refuse_unknown(entry, options, path);
  }
  return source;
}

static bool belongs_to_typed_verb(const CLI::Option& option, const CLI::App& root) {
  const auto typed = root.get_subcommands();
  return std::any_of(typed.begin(), typed.end(), [&](const CLI::App* verb) {
    return verb->get_option_no_throw(option.get_name()) == &option;
  });
}

std::vector<Setting> effective_settings(CLI::App& root,
                                        const ConfigSource& config,
                                        const std::vector<std::string>& arguments) {
  std::vector<Setting> settings;
  for (const auto& known : setting_options(root)) {
    const CLI::Option& option = *known.option;
    const auto replaced = config.replaced.find(known.id());
    const bool in_file = replaced != config.replaced.end();
    Setting setting{.section = known.section,
                    .key = known.key,
                    .value = value_of(option),
                    .default_value = in_file ? replaced->second : default_of(option),
                    .description = option.get_description(),
                    .environment = option.get_envname(),
                    .source = in_file ? "file " + config.path : "default"};
    if (option.count() > 0) {
      const bool typed = !is_shared(option) || was_typed(option, arguments);
      setting.source = typed ? "flag" : "env " + setting.environment;
    }
    const auto same = std::find_if(settings.begin(), settings.end(), [&](const Setting& s) {
      return s.section == setting.section && s.key == setting.key;
    });
    // CLI11 hands the environment's value of a shared option to every verb: the one that was typed
    // decides.
    if (same == settings.end()) {
      settings.push_back(std::move(setting));
    } else if (option.count() > 0 && belongs_to_typed_verb(option, root)) {
      *same = std::move(setting);
    }
  }
  std::stable_partition(
      settings.begin(), settings.end(), [](const Setting& s) { return s.section.empty(); });
  return settings;
}

}  // namespace hindsight::app
