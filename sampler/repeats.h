// Pairs that show what an earlier pair of their stretch shows: its tokens do for them too.
//
// Note [What is the same]: a thing that stands out of the noise is never lost.  Both frames of a
// pair are compared with those of the other, at their own resolution or at up to 640 pixels a side,
// whatever the pair's tier: the small pictures of planning are too coarse (a cell of 30 x 30 pixels
// hides a distant person), and the second frame of a pair is often in none of them.  No pixel, no 3
// x 3 and no 9 x 9 of them may differ by more than fixed limits.  These do not grow with the noise:
// where noise exceeds them nothing is the same and everything is encoded.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/image_view.h"
#include "sampler/plan.h"

namespace hindsight::sampler {

/// What is compared of a frame: its pixels averaged over squares so that no side is longer than
/// 640.
struct ComparedFrame {
  Image luma;
  /// Blue and red difference at half the size, 128 is none.
  std::array<Image, 2> chroma;
};

/// frame: RGB, at least 1 x 1.
[[nodiscard]] ComparedFrame reduce_to_compare(const ImageView& frame);

/// See Note [What is the same].  Frames of different sizes are never the same.
[[nodiscard]] bool look_same(const ComparedFrame& a, const ComparedFrame& b);

/// For the pairs of one stretch.  Not thread-safe.
class RepeatFinder {
 public:
  /// Pairs come in the order of time.  Gives the rank of a pair that came before, has a lower rank
  /// and the same size, is no repeat itself and shows the same; empty: there is none that is
  /// remembered, and this one is remembered instead.
  [[nodiscard]] std::optional<int> find(const PlannedPair& pair,
                                        const ImageView& first,
                                        const ImageView& second);

 private:
  struct Original {
    int rank = 0;
    int width = 0;
    int height = 0;
    ComparedFrame first;
    ComparedFrame second;
  };

  std::vector<Original> originals_;
};

}  // namespace hindsight::sampler
