// A page that `hindsight timeline --html` wrote, and the clips that it is written of.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/make_clip.h"
#include "support/temp_dir.h"

namespace hindsight::test {

inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What lies between the first `begin` and the `end` behind it; empty: not there.
inline std::string between(const std::string& page,
                           const std::string& begin,
                           const std::string& end) {
  const auto at = page.find(begin);
  if (at == std::string::npos) return {};
  const auto from = at + begin.size();
  return page.substr(from, page.find(end, from) - from);
}

/// What the page's script draws.
inline nlohmann::json page_data(const std::string& page) {
  return nlohmann::json::parse(
      between(page, R"(<script type="application/json" id="data">)", "</script>"));
}

/// Forty seconds with a cut at 20 s and a box that crosses the first shot from 5 s to 8 s.
inline std::string two_shots_with_a_box(const std::string& path) {
  return make_clip(path,
                   {"-f",
                    "lavfi",
                    "-i",
                    "smptebars=s=160x90:r=25:d=20",
                    "-f",
                    "lavfi",
                    "-i",
                    "testsrc2=s=160x90:r=25:d=20,loop=500:1,trim=end_frame=500",
                    "-f",
                    "lavfi",
                    "-i",
                    "color=white:s=20x20:r=25:d=20",
                    "-filter_complex",
                    "[0][2]overlay=x='40*(t-5)':y=30:enable='between(t,5,8)'[a];[a][1]concat",
                    "-g",
                    "50"});
}

}  // namespace hindsight::test
