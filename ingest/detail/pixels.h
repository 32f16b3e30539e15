// From decoded planes to the two kinds of picture that the rest of the program knows.
#pragma once

#include <array>

#include "core/image_view.h"
#include "ingest/detail/ffmpeg.h"

namespace hindsight::ingest::detail {

/// How stored samples become upright: mirror left-right if `mirrored`, then turn clockwise.
struct Orientation {
  int quarter_turns = 0;  ///< 0 to 3
  bool mirrored = false;
  [[nodiscard]] bool swaps_sides() const { return quarter_turns % 2 == 1; }
};

/// From the stream's display matrix; angles between the quarter turns go to the nearest one.
[[nodiscard]] Orientation orientation_of(const AVStream& stream);

[[nodiscard]] Image upright(const Image& image, Orientation orientation);

/// RGB24, full range, stored size, not yet upright.  Matrix and range are the frame's own; without
/// a tag BT.601 and limited range, as FFmpeg assumes.
[[nodiscard]] Image to_rgb(const AVFrame& frame);

/// RGB or gray to the planes that JPEG stores: yuvj420p.
[[nodiscard]] FramePtr to_jpeg_planes(ImageView picture);

/// Mean luma of columns x rows boxes that partition the stored picture, full range, not yet
/// upright. A box is never empty: with more boxes than samples, neighbours share.
[[nodiscard]] Image to_luma(const AVFrame& frame, int columns, int rows);

/// Likewise the means of Cb and Cr; 128 everywhere for a picture without colour.
[[nodiscard]] std::array<Image, 2> to_chroma(const AVFrame& frame, int columns, int rows);

}  // namespace hindsight::ingest::detail
