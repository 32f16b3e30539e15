// Hours in minutes: a long video joined from a library of clips, with needles at known places.
#pragma once

#include <functional>
#include <string>

#include "world/chronicle.h"
#include "world/clip.h"
#include "world/story.h"

namespace hindsight::world {

struct SpliceOptions {
  std::uint64_t seed = 1;
  std::string family = "mix";
  Split split = Split::test;
  std::int64_t frames = 0;
  /// Mean seconds between clips in which something happens.
  double spacing = 20;
  /// Empty: one in 15 minutes, at least one.
  std::optional<int> needles{};
  ingest::VideoWriterOptions video{};
};

/// Writes exactly `frames` pictures.  `story` is filled as `chronicle`, which tells of it, is.
/// Memory is bounded by the library, not by the length (but for the story).  Throws Error(usage)
/// when the needles do not fit.
void splice_video(const SpliceOptions& options,
                  ingest::SegmentWriter& writer,
                  Story& story,
                  Chronicle& chronicle);

}  // namespace hindsight::world
