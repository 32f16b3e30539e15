// Digests of logical content: independent of row ids, row order and file layout.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "index/records.h"

namespace hindsight::index::detail {

/// Over identity, length and size: what no other check covers.
[[nodiscard]] std::int64_t video_checksum(const VideoRecord& video);

struct PairFacts {
  StoredPair pair;  ///< ids do not count; `same_as` does where it is set
  std::int64_t tokens_checksum = 0;
};

struct StretchFacts {
  int number = 0;
  TimeSpan span;
  std::vector<TimeSpan> shots;
  std::vector<StoredSpan> activity;
  std::vector<PairFacts> pairs;  ///< by rank
  std::int64_t vectors_checksum = 0;
};

/// Over every member above.
[[nodiscard]] std::string stretch_digest(const StretchFacts& stretch);

}  // namespace hindsight::index::detail
