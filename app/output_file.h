// Files that a verb writes where the user said.
#pragma once

#include <string>
#include <string_view>

namespace hindsight::app {

/// Throws Error(usage) when something is at `path` and `force` is not given.
void refuse_to_replace(const std::string& path, bool force);

/// For before the work is done.  Throws likewise, Error(usage) when `path` is a folder or `input`
/// itself, which is called `what` ("video"), Error(store) when its folder is not there or may not
/// be written.
void check_output(const std::string& path,
                  const std::string& input,
                  std::string_view what,
                  bool force);

/// Throws Error(store).
void write_file(const std::string& path, const std::string& bytes);

}  // namespace hindsight::app
