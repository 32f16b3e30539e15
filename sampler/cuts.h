// Hard cuts: where one picture is followed by an unrelated one.
#pragma once

#include <cstddef>
#include <vector>

#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// Pictures this far before and after a cut decide about it.
inline constexpr MediaDuration kCutContext = std::chrono::seconds{1};

/// Indices of the pictures that begin a new shot, ascending; never 0, and never one before
/// which more than `most_unseen` was left out.
///
/// A cut is a place where every picture shortly before differs from every picture shortly after
/// by much more than neighbours on either side differ.  "Every" makes flashes harmless: the
/// picture comes back.  "Much more" does the same for fast motion and fades.  Differences are
/// taken twice, cell by cell (finds cuts between pictures of equal brightness) and between
/// histograms (finds cuts in the middle of fast motion, which keeps the histogram), and the two
/// ratios are averaged.
[[nodiscard]] std::vector<std::size_t> find_cuts(Pictures pictures,
                                                 MediaDuration most_unseen = MediaDuration{0});

}  // namespace hindsight::sampler
