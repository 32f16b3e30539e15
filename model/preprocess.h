// Pixels to vision-tower input, with the numbers of the transformers image processor ("slow" path,
// Pillow resize).
//
// A row of PixelPatches holds one 14 x 14 patch of a frame pair in the order channel, frame, y, x.
// Rows go by temporal patch, then by 2 x 2 block of patches (block row, block column), then by row
// and column inside the block.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/image_view.h"
#include "model/config.h"

namespace hindsight::model {

/// Part of the token cache's key: changes whenever the same pixels would give other patches.
inline constexpr std::string_view kPreprocessingVersion = "pillow-bicubic-1";

/// The token cache's key for tokens that were computed in `dtype`: "pillow-bicubic-1/bf16".
[[nodiscard]] std::string preprocessing_key(std::string_view dtype);
/// Whether tokens under this key were made from patches as this version makes them, in any dtype.
[[nodiscard]] bool is_current_preprocessing(std::string_view key);

struct PictureSize {
  int width = 0;
  int height = 0;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

/// Bounds for the area of a resized picture, and what its sides are multiples of.
struct PixelLimits {
  std::int64_t min_pixels = 3136;
  std::int64_t max_pixels = 12845056;
  int side_factor = 28;
};
[[nodiscard]] PixelLimits pixel_limits(const PreprocessorConfig& config);

/// The size nearest to `size` whose sides are multiples of side_factor and whose area keeps the
/// limits; the aspect ratio is kept as well as that allows.  Sides round half to even, as in
/// Python. Throws Error(usage) for an empty picture and for one more than 200 times longer than
/// wide.
[[nodiscard]] PictureSize smart_resize(PictureSize size, const PixelLimits& limits);

/// Which of two antialiased bicubic filters on bytes: both have a = -0.5, a byte-valued
/// intermediate after the horizontal pass, and integer weights.  pillow: 22 fractional bits.  aten:
/// 16-bit weights, as torchvision resizes uint8 tensors on a CPU.
enum class ResizeFilter { pillow, aten };

/// picture: 1 or 3 channels.  Returns width x height with as many channels; a copy when the size is
/// unchanged. Throws Error(usage) when a side of either is not positive.
[[nodiscard]] Image resize_bicubic(const ImageView& picture,
                                   PictureSize size,
                                   ResizeFilter filter = ResizeFilter::pillow);

/// One temporal patch: grid {1, height / 14, width / 14}.  Both frames are RGB and are resized to
/// width x height, which must be multiples of 28.  Throws Error(usage) otherwise.
[[nodiscard]] PixelPatches make_pair_patches(const ImageView& first,
                                             const ImageView& second,
                                             int width,
                                             int height,
                                             const PreprocessorConfig& config);

/// A still picture at the size of smart_resize(): the pair of it and itself.
[[nodiscard]] PixelPatches make_image_patches(const ImageView& image,
                                              const PreprocessorConfig& config);

/// frames: RGB, at least one, of one size; each is resized to `size`.  Two frames make a temporal
/// patch; an odd last frame is paired with itself.
[[nodiscard]] PixelPatches make_clip_patches(std::span<const ImageView> frames,
                                             PictureSize size,
                                             const PreprocessorConfig& config);

}  // namespace hindsight::model
