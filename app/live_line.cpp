#include "app/live_line.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hindsight::app {

std::string live_line(const std::string& name, const ingest::StreamFacts& facts) {
  return fmt::format(
      "{}: live, {}x{} {}", name, facts.display_width, facts.display_height, facts.codec);
}

std::string live_ndjson(const std::string& name,
                        const ingest::StreamFacts& facts,
                        std::optional<MediaDuration> stretch_length) {
  nlohmann::ordered_json json{{"type", "live"},
                              {"video", name},
                              {"codec", facts.codec},
                              {"width", facts.display_width},
                              {"height", facts.display_height}};
  if (stretch_length) json["stretch_length"] = to_seconds(*stretch_length);
  // Names may hold bytes that are not UTF-8.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace hindsight::app
