// Greedy coverage order: which of several moments to look at first, second, third, ...
#pragma once

#include <cstddef>
#include <vector>

#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// A moment that wants to be represented.
struct Demand {
  std::size_t picture = 0;
  double weight = 1;
};

/// All candidates of an earlier stage come before those of a later one.
enum class Stage { first_look, closer_look, glance, novelty };

/// Something that may represent moments.
struct Candidate {
  std::size_t picture = 0;
  Stage stage = Stage::novelty;
};

/// Indices of `candidates` in the order in which they should be taken.
///
/// Facility location: the gain of a candidate is how much better the demands, by weight, are
/// represented with it than without; greedy selection by gain is within 1 - 1/e of the best set of
/// every size, so every prefix is a good smaller set.  A candidate represents a demand as well as
/// the two look alike, and before the last stage only as well as they are near in time: half as
/// well at a distance of `reach`.  Candidates of the last stage are left out from where they add
/// less than a moment that nothing represents.  `seen`: pictures that were looked at before and
/// represent moments too.
[[nodiscard]] std::vector<std::size_t> coverage_order(Pictures pictures,
                                                      const std::vector<Demand>& demands,
                                                      const std::vector<Candidate>& candidates,
                                                      MediaDuration reach,
                                                      Pictures seen = {});

}  // namespace hindsight::sampler
