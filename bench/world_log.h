// What hindsight-world writes beside a video.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace hindsight::bench {

/// Seconds.  Shorter events are not asked for: a moment has no length.
inline constexpr double kLeastEvent = 0.2;

/// One object a line.  Throws std::runtime_error naming a file that is missing.
[[nodiscard]] std::vector<nlohmann::json> read_lines(const std::string& path);

/// Whether a line of an event log tells of something that happens, not of the story, a joint or an
/// entity's whole stay.
[[nodiscard]] bool tells_of_event(const nlohmann::json& line);

}  // namespace hindsight::bench
