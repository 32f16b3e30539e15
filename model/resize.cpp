// The antialiased bicubic filter of Pillow and, with coarser weights, of ATen, in integers: a
// horizontal pass rounded to bytes, then a vertical one.  A pass whose side does not change is left
// out.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"
#include "model/preprocess.h"

namespace hindsight::model {
namespace {

constexpr double kFilterRadius = 2.0;
constexpr int kPillowBits = 22;

// Keys' cubic with a = -0.5.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < kFilterRadius) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

// Output i is the sum of inputs first[i], first[i] + 1, ... times weights[i * stride], weights[i *
// stride + 1], ...
struct Taps {
  std::vector<int> first;
  std::vector<int> count;
  std::vector<std::int32_t> weights;  // fixed point, `bits` fractional bits
  std::size_t stride = 0;
  int bits = kPillowBits;

  [[nodiscard]] const std::int32_t* weights_of(int i) const {
    return weights.data() + static_cast<std::size_t>(i) * stride;
  }
};

// As many fractional bits as keep the largest weight of the axis in 16 bits.
int aten_bits(double largest) {
  int bits = 0;
  while (bits < kPillowBits && std::floor(0.5 + largest * std::ldexp(1.0, bits + 1)) < 32768.0)
    ++bits;
  return bits;
}

Taps make_taps(int in, int out, ResizeFilter filter) {
  const double scale = static_cast<double>(in) / out;
  const double stretch = std::max(scale, 1.0);
  const double radius = kFilterRadius * stretch;
  Taps taps;
  taps.stride = static_cast<std::size_t>(std::ceil(radius)) * 2 + 1;
  std::vector<double> exact(taps.stride * static_cast<std::size_t>(out));
  double largest = 0;
  for (int i = 0; i < out; ++i) {
    const double centre = (i + 0.5) * scale;
    const int begin = std::max(0, static_cast<int>(centre - radius + 0.5));
    const int end = std::min(in, static_cast<int>(centre + radius + 0.5));
    double* const weights = exact.data() + static_cast<std::size_t>(i) * taps.stride;
    double sum = 0;
    for (int k = 0; k < end - begin; ++k) {
      weights[k] = cubic((k + begin - centre + 0.5) * (1.0 / stretch));
      sum += weights[k];
    }
    for (int k = 0; k < end - begin; ++k) {
      weights[k] /= sum;
      largest = std::max(largest, weights[k]);
    }
    taps.first.push_back(begin);
    taps.count.push_back(end - begin);
  }
  if (filter == ResizeFilter::aten) taps.bits = aten_bits(largest);
  taps.weights.resize(exact.size());
  std::transform(exact.begin(), exact.end(), taps.weights.begin(), [&](double weight) {
    return static_cast<std::int32_t>(std::ldexp(weight, taps.bits) + (weight < 0 ? -0.5 : 0.5));
  });
  return taps;
}

std::uint8_t to_byte(std::int32_t sum, int bits) {
  return static_cast<std::uint8_t>(std::clamp(sum >> bits, 0, 255));
}

template <int kChannels>
void resize_row(const std::uint8_t* in, std::uint8_t* out, int width, const Taps& taps) {
  for (int x = 0; x < width; ++x) {
    const std::uint8_t* pixel =
        in + static_cast<std::ptrdiff_t>(taps.first[static_cast<std::size_t>(x)]) * kChannels;
    const std::int32_t* const weights = taps.weights_of(x);
    const int count = taps.count[static_cast<std::size_t>(x)];
    std::int32_t sums[std::size_t{kChannels}];
    std::fill_n(sums, kChannels, 1 << (taps.bits - 1));
    for (int k = 0; k < count; ++k, pixel += kChannels) {
      for (int c = 0; c < kChannels; ++c) sums[c] += pixel[c] * weights[k];
    }
    for (int c = 0; c < kChannels; ++c) *out++ = to_byte(sums[c], taps.bits);
  }
}

Image resize_width(const ImageView& picture, int width, ResizeFilter filter) {
  const Taps taps = make_taps(picture.width, width, filter);
  Image out(width, picture.height, picture.channels);
  for (int y = 0; y < picture.height; ++y) {
    if (picture.channels == 1) {
      resize_row<1>(picture.row(y), out.row(y), width, taps);
    } else {
      resize_row<3>(picture.row(y), out.row(y), width, taps);
    }
  }
  return out;
}

Image resize_height(const ImageView& picture, int height, ResizeFilter filter) {
  const Taps taps = make_taps(picture.height, height, filter);
  Image out(picture.width, height, picture.channels);
  const std::size_t row_bytes =
      static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
  std::vector<std::int32_t> sums(row_bytes);
  for (int y = 0; y < height; ++y) {
    std::fill(sums.begin(), sums.end(), 1 << (taps.bits - 1));
    for (int k = 0; k < taps.count[static_cast<std::size_t>(y)]; ++k) {
      const std::uint8_t* const in = picture.row(taps.first[static_cast<std::size_t>(y)] + k);
      const std::int32_t weight = taps.weights_of(y)[k];
      for (std::size_t i = 0; i < row_bytes; ++i) sums[i] += in[i] * weight;
    }
    std::uint8_t* const row = out.row(y);
    for (std::size_t i = 0; i < row_bytes; ++i) row[i] = to_byte(sums[i], taps.bits);
  }
  return out;
}

Image copy(const ImageView& picture) {
  Image out(picture.width, picture.height, picture.channels);
  for (int y = 0; y < picture.height; ++y) {
    std::copy_n(picture.row(y), std::ptrdiff_t{picture.width} * picture.channels, out.row(y));
  }
  return out;
}

}  // namespace

Image resize_bicubic(const ImageView& picture, PictureSize size, ResizeFilter filter) {
  const bool has_pixels =
      picture.width > 0 && picture.height > 0 && (picture.channels == 1 || picture.channels == 3);
  if (!has_pixels || size.width <= 0 || size.height <= 0) {
    throw Error(
        ErrorCode::usage,
        fmt::format(
            "cannot resize a picture of {} x {} pixels and {} channels to {} x {}: sides must be "
            "positive, channels 1 or 3",
            picture.width,
            picture.height,
            picture.channels,
            size.width,
            size.height));
  }
  if (size.width == picture.width) {
    return size.height == picture.height ? copy(picture)
                                         : resize_height(picture, size.height, filter);
  }
  Image wide = resize_width(picture, size.width, filter);
  return size.height == picture.height ? wide : resize_height(wide.view(), size.height, filter);
}

}  // namespace hindsight::model
