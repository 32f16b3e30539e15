#include "pipeline/input_guard.h"

#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/error.h"

namespace hindsight::pipeline {

InputGuard::InputGuard(std::string name, std::string path)
    : name_(std::move(name)), path_(std::move(path)), watched_(identify(path_, identity_)) {}

bool InputGuard::identify(const std::string& path, Identity& identity) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return false;
  identity = {status.st_dev,
              status.st_ino,
              status.st_size,
              status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
  return true;
}

void InputGuard::check() const {
  if (!watched_) return;
  Identity now;
  const char* what = nullptr;
  if (!identify(path_, now)) {
    what = "vanished";
  } else if (now != identity_) {
    what = "changed";
  } else {
    return;
  }
  throw Error(ErrorCode::unreadable_input,
              fmt::format("'{}' {} while it was read; what was finished before is kept, repeat the "
                          "command when the "
                          "whole file is there",
                          name_,
                          what));
}

}  // namespace hindsight::pipeline
