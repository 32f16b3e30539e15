// A few pairs that stand for all of a run: those that are least like each other, so that every pair
// is like one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "index/store.h"

namespace hindsight::query {

/// Of each vector the position of the one that stands for it, a chosen one's its own.  `count` of
/// them are chosen (fewer where others would be equal to them): the first, then always the one that
/// is furthest from those chosen before (the greedy k-center of Gonzalez, 1985; as a core-set:
/// Sener and Savarese, arXiv:1708.00489).  Work grows with vectors.pair_ids.size() * count.
[[nodiscard]] std::vector<std::int32_t> choose_representatives(const index::PairVectors& vectors,
                                                               std::size_t count);

/// The same of a run with these vectors, read from the store where it is kept, else chosen and kept
/// there; where the store cannot be written, they are chosen again the next time.
[[nodiscard]] std::vector<std::int32_t> representatives_of(const index::Store& store,
                                                           std::int64_t run_id,
                                                           const index::PairVectors& vectors,
                                                           std::size_t count);

}  // namespace hindsight::query
