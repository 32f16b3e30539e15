// A folder that lives as long as the test that made it.
#pragma once

#include <filesystem>
#include <string>

namespace hindsight::test {

/// Makes an empty folder below the system's temporary folder and removes it, with its content, at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Path of `name` in the folder, as text.
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The root of the checkout that the tests were built from.
[[nodiscard]] std::string source_dir();

/// ../shared beside the checkout, with real clips and the real tokenizer; empty when it is not there.
/// A test that needs it prints "skipped: ..." and returns.
[[nodiscard]] std::filesystem::path shared_dir();

}  // namespace hindsight::test
