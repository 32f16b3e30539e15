// Numbers the way people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hindsight::app {

/// "812 B", "3.4 MB", "12 GB": decimal units, two or three digits.
[[nodiscard]] std::string human_bytes(std::int64_t bytes);

/// "0.4 s", "12 s", "3:07", "2:05:09".
[[nodiscard]] std::string human_seconds(double seconds);

/// "1 234 567": thousands apart.
[[nodiscard]] std::string human_count(std::int64_t count);

/// "1 pair", "1 234 pairs": `thing` in the singular, which takes an s.
[[nodiscard]] std::string counted(std::int64_t count, std::string_view thing);

/// What a model, a video or a file's name says, for a terminal: nothing in it moves the cursor or
/// changes colours.
[[nodiscard]] std::string printable(std::string_view text);

/// `word` as a shell reads it back: in single quotes unless it needs none.
[[nodiscard]] std::string shell_quoted(const std::string& word);

}  // namespace hindsight::app
