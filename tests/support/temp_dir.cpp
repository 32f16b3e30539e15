#include "support/temp_dir.h"

#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace hindsight::test {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "hindsight-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string source_dir() { return HINDSIGHT_SOURCE_DIR; }

std::filesystem::path shared_dir() {
  const auto path = std::filesystem::path(source_dir()).parent_path() / "shared";
  return std::filesystem::exists(path / "clips") ? path : std::filesystem::path{};
}

}  // namespace hindsight::test
