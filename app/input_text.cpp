#include "app/input_text.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::app {

std::string read_text(const std::string& path, std::string_view what) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, ignored)) {
    throw Error(ErrorCode::unreadable_input,
                fmt::format("the {} '{}' cannot be read; name a file that holds one", what, path));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace hindsight::app
