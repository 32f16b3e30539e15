// How much there is to see in a picture, and the size that it deserves.
#pragma once

#include "core/image_view.h"
#include "sampler/motion.h"
#include "sampler/plan.h"

namespace hindsight::sampler {

/// The size at which measure_detail() wants to see a picture: text of a few percent of the height
/// still makes edges.
inline constexpr int kDetailWidth = 256;
inline constexpr int kDetailHeight = 144;

/// Share of the picture that holds edges, stretched so that 0 is an empty scene and 1 a page of
/// text.  `luma`: one channel.  Throws Error(internal) for another number of channels.
[[nodiscard]] float measure_detail(const ImageView& luma);

/// What the frames of a video look like to a viewer; upright.
struct PictureSize {
  int width = 0;
  int height = 0;
};

/// Of a pair that is encoded at `size`.
[[nodiscard]] int tokens_of(const PictureSize& size);

/// Tokens that a pair deserves: a little more than min_pair_tokens for nothing to see, the more the
/// more detail there is ([0, 1]), and so many that the shorter side of the smallest thing that
/// moves is longer than a token's; at most max_pair_tokens.
[[nodiscard]] int wanted_tokens(double detail,
                                const Extent& smallest,
                                const PictureSize& display,
                                const PlanOptions& options);

/// The smallest number of tokens that a pair of this video can have under these options.
[[nodiscard]] int least_tokens(const PictureSize& display, const PlanOptions& options);

/// The encoded size with about `tokens` tokens, rather fewer than more: sides are multiples of 28,
/// the aspect ratio is kept as well as that allows, at most `options.max_pair_tokens` tokens, and
/// no side is longer than that of `display` rounded up to 28.
[[nodiscard]] PictureSize encoded_size(int tokens,
                                       const PictureSize& display,
                                       const PlanOptions& options);

}  // namespace hindsight::sampler
