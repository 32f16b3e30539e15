#include "app/output_file.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "core/error.h"

namespace hindsight::app {
namespace {

namespace fs = std::filesystem;

}  // namespace

void refuse_to_replace(const std::string& path, bool force) {
  std::error_code failed;
  if (force || !fs::exists(path, failed)) return;
  throw Error(ErrorCode::usage,
              fmt::format("'{}' exists already; give --force to replace it", path));
}

void check_output(const std::string& path,
                  const std::string& input,
                  std::string_view what,
                  bool force) {
  if (path.empty()) {
    throw Error(ErrorCode::usage, "the name of the file to write is empty; give one");
  }
  std::error_code failed;
  if (fs::is_directory(path, failed)) {
    throw Error(ErrorCode::usage, fmt::format("'{}' is a folder; name a file in it", path));
  }
  if (fs::equivalent(path, input, failed)) {
    throw Error(ErrorCode::usage,
                fmt::format("'{}' is the {} itself; name another file", path, what));
  }
  // Beside a store lie the files that SQLite and its writer keep.
  for (const char* beside : {"-wal", "-shm", ".lock"}) {
    if (!input.empty() && fs::equivalent(path, input + beside, failed)) {
      throw Error(ErrorCode::usage,
                  fmt::format("'{}' belongs to the {} {}; name another file", path, what, input));
    }
  }
  refuse_to_replace(path, force);
  const auto folder = fs::path(path).parent_path();
  const std::string parent = folder.empty() ? "." : folder.string();
  const auto refuse = [&](const char* why) {
    throw Error(ErrorCode::store, fmt::format("'{}' cannot be written: {}", path, why));
  };
  if (!fs::is_directory(parent, failed)) refuse("its folder is not there; make it first");
  const bool is_there = fs::exists(path, failed);
  if (access(is_there ? path.c_str() : parent.c_str(), W_OK) != 0) {
    refuse("you may not write there; name another place");
  }
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.flush();
  if (!file) {
    throw Error(ErrorCode::store,
                fmt::format("cannot write '{}'; see that its disk has room and the folder may be "
                            "written",
                            path));
  }
}

}  // namespace hindsight::app
