// The configuration file's text: "key = value" lines below "[section]" headings, a subset of TOML.
// Read here and not by CLI11, whose reader cuts quoted values at '#' and ',' and knows no line
// numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hindsight::app {

struct ConfigEntry {
  std::string section;  ///< empty above the first heading
  std::string key;
  std::string value;  ///< without quotes and comment
  int line = 0;       ///< 1-based
};

/// A value is a "string" with the escapes \" and \\, a 'literal string', a number, true or false.
/// Throws Error(usage) naming `file` and line for anything else and for a key that is given twice.
[[nodiscard]] std::vector<ConfigEntry> parse_config_file(std::string_view text,
                                                         const std::string& file);

/// `value` as it is written in such a file.
[[nodiscard]] std::string to_config_value(std::string_view value);

}  // namespace hindsight::app
