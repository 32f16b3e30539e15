// What can happen to a video while it is read.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hindsight::test {

struct Accident {
  std::string name;
  std::function<void(const std::string& path)> happens;
  std::string what;  ///< in the sentence about it
};

/// A file that is taken away as a whole or in part.
[[nodiscard]] inline std::vector<Accident> taken_away() {
  namespace fs = std::filesystem;
  return {{"removed", [](const std::string& path) { fs::remove(path); }, "vanished"},
          {"shortened",
           [](const std::string& path) { fs::resize_file(path, fs::file_size(path) / 2); },
           "changed"}};
}

/// The sentence about the video `name`.
[[nodiscard]] inline std::string sentence(const Accident& accident, const std::string& name) {
  return "'" + name + "' " + accident.what +
         " while it was read; what was finished before is kept, repeat the command when the whole "
         "file is there";
}

}  // namespace hindsight::test
