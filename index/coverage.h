// How much of a video a set of pairs looks at.
#pragma once

#include <span>

#include "index/records.h"

namespace hindsight::index {

/// pairs: in any order, of one video that ends at `end`.  Without pairs nothing is covered and the
/// gap is all of it.
[[nodiscard]] Coverage coverage_of(std::span<const StoredPair> pairs, MediaTime end);

}  // namespace hindsight::index
