// What a camera adds: tone curve, noise, blur, rain, vignetting, compression.
#pragma once

#include "core/image_view.h"
#include "world/raster.h"
#include "world/scene.h"

namespace hindsight::world {

/// Samples a pixel: the supersampling of a Renderer's canvas along each axis.
inline constexpr int kSupersampling = 2;

/// Linear light to a display level 0..255 with a soft shoulder.
[[nodiscard]] float to_display(float light);

/// Canvas -> picture.  shift_x, shift_y: camera shake in canvas pixels.
[[nodiscard]] Image develop(
    const Canvas& canvas, const World& world, double t, int shift_x, int shift_y);

/// What a block-transform codec of this quantiser step (1 fine .. 40 coarse) leaves of a picture:
/// 8x8 cosine transform of luma and of halved chroma.
void compress_blocks(Image& picture, float quantizer);

}  // namespace hindsight::world
