#include "model/goldens.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/temp_dir.h"

namespace hindsight::test {

std::string golden_path(const std::string& name) {
  return test::source_dir() + "/tests/model/goldens/" + name;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

nlohmann::json load_golden(const std::string& name) {
  return nlohmann::json::parse(read_text(golden_path(name)));
}

}  // namespace hindsight::test
