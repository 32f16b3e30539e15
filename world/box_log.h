// Where everything is in every picture of a video: truth for judging sizes.
#pragma once

#include <filesystem>
#include <fstream>

#include "world/renderer.h"
#include "world/story.h"

namespace hindsight::world {

/// One line of JSON a picture, boxes in its pixels as [x0, y0, x1, y1] without the last column and
/// row:
/// {"t": seconds, "things": [{"id", "box", "plain"}], "texts": [{"what", "text", "height",
/// "plain"}]}.
/// A thing is listed while any of it is visible, a text while its board is before the camera.  What
/// a picture of two blending scenes shows is not told: it has neither.
class BoxLog {
 public:
  /// Throws Error(store) when the file cannot be written.
  explicit BoxLog(const std::filesystem::path& path);
  void add(double t, const Shot& shot, const Story& story);
  /// Throws Error(store) when not all of it could be written.
  void finish();

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace hindsight::world
