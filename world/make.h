// A whole video with its event log and questions.
#pragma once

#include <cstdint>
#include <filesystem>
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
  int fps = 10;
  std::string codec = "h264";
  /// Mean seconds between arrivals.
  double spacing = 20;
  std::filesystem::path out;
};

struct MakeReport {
  std::string family;
  std::int64_t frames = 0;
  int events = 0;
  int questions = 0;
};

/// Writes `out`, and beside it the same name with .events.jsonl and .questions.jsonl in place of
/// the extension.  Throws Error(usage) on options out of range, Error(store) when writing fails.
MakeReport make_video(const MakeOptions& options);

}  // namespace hindsight::world
