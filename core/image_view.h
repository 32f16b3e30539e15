// Pictures as bytes.  An ImageView borrows, an Image owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hindsight {

/// Interleaved 8-bit samples: pixel (x, y) channel c is data[y * stride + x * channels + c].
/// channels is 1 (luma, full range) or 3 (RGB, full range).  Borrows: valid as long as the owner of `data`.
struct ImageView {
  const std::uint8_t* data = nullptr;
  int width = 0;
  int height = 0;
  int channels = 3;
  /// Bytes from one row to the next.
  std::ptrdiff_t stride = 0;

  [[nodiscard]] const std::uint8_t* row(int y) const { return data + y * stride; }
};

/// Owns its samples, rows packed without padding.  A value: copied and moved.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 3;
  std::vector<std::uint8_t> samples;

  Image() = default;
  Image(int w, int h, int c)
      : width(w),
        height(h),
        channels(c),
        samples(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) *
                static_cast<std::size_t>(c)) {}

  [[nodiscard]] ImageView view() const {
    return {samples.data(), width, height, channels, std::ptrdiff_t{width} * channels};
  }
  [[nodiscard]] std::uint8_t* row(int y) {
    return samples.data() + std::ptrdiff_t{y} * width * channels;
  }
};

}  // namespace hindsight
