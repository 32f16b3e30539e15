// Texts that a verb is given in a file.
#pragma once

#include <string>
#include <string_view>

namespace hindsight::app {

/// All of the file at `path`, or of the standard input for "-".  what: "plan", for the sentence.
/// Throws Error(unreadable_input) when it is missing, a folder or may not be read.
[[nodiscard]] std::string read_text(const std::string& path, std::string_view what);

}  // namespace hindsight::app
