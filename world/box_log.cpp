#include "world/box_log.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "world/chronicle.h"

namespace hindsight::world {
namespace {

using nlohmann::ordered_json;

double rounded(double value) { return std::round(value * 1000) / 1000; }

ordered_json thing_json(const Sight& sight, const Story& story) {
  const auto& box = sight.box;
  return {{"id", sight.entity},
          {"box", {box.x0, box.y0, box.x1, box.y1}},
          {"plain", is_plain(sight, story.cast.at(sight.entity))}};
}

ordered_json text_json(const BoardSight& board) {
  return {{"what", board.what},
          {"text", board.text},
          {"height", rounded(board.letter_height)},
          {"plain", is_plain(board)}};
}

}  // namespace

BoxLog::BoxLog(const std::filesystem::path& path) : path_(path), file_(path, std::ios::binary) {
  if (!file_) throw Error(ErrorCode::store, fmt::format("cannot write '{}'", path_.string()));
}

void BoxLog::add(double t, const Shot& shot, const Story& story) {
  auto things = ordered_json::array();
  auto texts = ordered_json::array();
  if (!shot.mixed) {
    for (const auto& sight : shot.sights)
      if (sight.pixels >= kNoPixels) things.push_back(thing_json(sight, story));
    for (const auto& board : shot.boards) texts.push_back(text_json(board));
  }
  file_ << ordered_json{{"t", rounded(t)}, {"things", things}, {"texts", texts}}.dump() << '\n';
}

void BoxLog::finish() {
  if (!file_.flush())
    throw Error(ErrorCode::store, fmt::format("cannot write '{}'", path_.string()));
}

}  // namespace hindsight::world
