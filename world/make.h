// A whole video with its event log and questions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "world/entity.h"

namespace hindsight::world {

struct MakeOptions {
  std::uint64_t seed = 1;
  std::string family = "mix";
  Split split = Split::test;
  double minutes = 1;
  int width = 320;
  int height = 180;
  /// Pictures a second, to a thousandth: 10, 12.5, 29.97.
  double fps = 10;
  std::string codec = "h264";
  /// Mean seconds between arrivals.
  double spacing = 20;
  /// Rare things to put in.  Empty: none up to 30 minutes, one in 15 minutes beyond.
  std::optional<int> needles{};
  int questions_per_type = 8;
  int threads = 1;     ///< pictures rendered side by side; the bytes do not depend on it
  bool boxes = false;  ///< also write .boxes.jsonl (box_log.h)
  std::filesystem::path out;
};

struct MakeReport {
  std::string family;
  std::int64_t frames = 0;
  int events = 0;
  int questions = 0;
};

/// Writes `out`, and beside it the same name with .events.jsonl and .questions.jsonl, and where they
/// are asked for .boxes.jsonl, in place of the extension.  Beyond 30 minutes, or with needles, the video is joined from clips that are
/// rendered once.  Throws Error(usage) on options out of range, Error(store) when writing fails.
MakeReport make_video(const MakeOptions& options);

}  // namespace hindsight::world
