// The committed answers of the reference packages (make_goldens.py).
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace hindsight::test {

[[nodiscard]] std::string golden_path(const std::string& name);
[[nodiscard]] nlohmann::json load_golden(const std::string& name);
/// Any text file, whole.
[[nodiscard]] std::string read_text(const std::string& path);

}  // namespace hindsight::test
