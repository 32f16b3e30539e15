// Settings: what a flag, the environment, the configuration file or a default decided, in this
// order.  Every option of a verb is one: above the first heading of the file those that all verbs
// share, below "[verb]" the verb's own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace hindsight::app {

/// The configuration file that was read.
struct ConfigSource {
  std::string path;  ///< empty: none
  /// What it set ("store", "ask.max-visual-tokens") and the default that would hold without it.
  std::map<std::string, std::string> replaced;
};

struct Setting {
  std::string section;        ///< the verb; empty: all verbs
  std::string key;            ///< the long flag without its dashes
  std::string value;          ///< empty: not set
  std::string default_value;  ///< without flags, environment and file
  std::string description;
  std::string environment;  ///< the variable; empty: none
  /// "flag", "env HINDSIGHT_STORE", "file <path>" or "default".
  std::string source;
};

/// The file that --config (in argv) or HINDSIGHT_CONFIG names, else
/// $XDG_CONFIG_HOME/hindsight/config.toml if it exists; empty when there is none.
[[nodiscard]] std::string find_config_file(const std::vector<std::string>& arguments);

/// Where a configuration file is looked for when none is named.
[[nodiscard]] std::string default_config_path();

/// Makes the file's values the defaults of root's options, so that environment and flags win.
/// Throws Error(not_found) when the file cannot be read, Error(usage) naming file, line and the
/// right word for an unknown section or key, and for a value that its flag would refuse.
[[nodiscard]] ConfigSource apply_config_file(CLI::App& root, const std::string& path);

/// All settings after parsing, shared ones first, then verb by verb in the order of --help.
[[nodiscard]] std::vector<Setting> effective_settings(CLI::App& root,
                                                      const ConfigSource& config,
                                                      const std::vector<std::string>& arguments);

}  // namespace hindsight::app
