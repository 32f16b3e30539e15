#include "bench/world_log.h"

#include <fstream>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace hindsight::bench {

std::vector<nlohmann::json> read_lines(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

bool tells_of_event(const nlohmann::json& line) {
  static const std::set<std::string> kOthers{"scene", "needle", "visible", "cut"};
  return !kOthers.contains(line.at("event").get<std::string>());
}

}  // namespace hindsight::bench
