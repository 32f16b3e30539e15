#include "sampler/repeats.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/error.h"

namespace hindsight::sampler {
namespace {

constexpr int kLongestSide = 640;
// About 0.7 MB each.  Those of the lowest ranks stay: more of the later pairs may refer to them.
constexpr std::size_t kMostOriginals = 16;

/// How far the mean of a square of pixels may differ.
struct Limits {
  double pixel = 0;
  double small = 0;
  double large = 0;
};
constexpr int kSmallSide = 3;
constexpr int kLargeSide = 9;
// A still picture with a sensor's noise (ffmpeg's noise=4, H.264 at CRF 23) has 9, 4.0 and 1.5 in
// luma and 5.7, 2.6 and 1.2 in chroma.
constexpr Limits kLumaLimits{20, 6, 2.5};
constexpr Limits kChromaLimits{12, 4, 2};

/// Differences of two planes, row by row.
struct Differences {
  int width = 0;
  int height = 0;
  std::vector<int> values;
  [[nodiscard]] const int* row(int y) const { return values.data() + std::ptrdiff_t{y} * width; }
};

/// Whether the mean of some `side` x `side` square, or of what fits of it, exceeds `limit`.
bool any_square_exceeds(const Differences& d, int side, double limit) {
  const int across = std::min(side, d.width);
  const int down = std::min(side, d.height);
  const int most = static_cast<int>(limit * across * down);
  std::vector<int> columns(static_cast<std::size_t>(d.width));
  for (int y = 0; y < d.height; ++y) {
    const int* entering = d.row(y);
    for (int x = 0; x < d.width; ++x) columns[static_cast<std::size_t>(x)] += entering[x];
    if (y + 1 < down) continue;
    int sum = 0;
    for (int x = 0; x < d.width; ++x) {
      sum += columns[static_cast<std::size_t>(x)];
      if (x >= across) sum -= columns[static_cast<std::size_t>(x - across)];
      if (x + 1 >= across && std::abs(sum) > most) return true;
    }
    const int* leaving = d.row(y + 1 - down);
    for (int x = 0; x < d.width; ++x) columns[static_cast<std::size_t>(x)] -= leaving[x];
  }
  return false;
}

bool planes_differ(const Image& a, const Image& b, const Limits& limits) {
  if (a.width != b.width || a.height != b.height) return true;
  Differences d{a.width, a.height, {}};
  d.values.resize(a.samples.size());
  for (std::size_t i = 0; i < d.values.size(); ++i) {
    d.values[i] = int{a.samples[i]} - int{b.samples[i]};
    if (std::abs(d.values[i]) > limits.pixel) return true;
  }
  return any_square_exceeds(d, kSmallSide, limits.small) ||
         any_square_exceeds(d, kLargeSide, limits.large);
}

/// Sums over squares of pixels; the rest at the right and lower edge joins the last squares.
class ColourSums {
 public:
  ColourSums(const ImageView& frame, int factor)
      : ColourSums(std::max(1, frame.width / factor), std::max(1, frame.height / factor)) {
    for (int y = 0; y < frame.height; ++y) {
      auto* sums = row(std::min(y / factor, height_ - 1));
      const std::uint8_t* pixel = frame.row(y);
      for (int x = 0; x < width_; ++x) {
        const int end = x + 1 < width_ ? (x + 1) * factor : frame.width;
        Sum sum{};
        sum[3] = end - x * factor;
        for (int i = x * factor; i < end; ++i, pixel += 3) {
          for (std::size_t c = 0; c < 3; ++c) sum[c] += pixel[c];
        }
        add(sums[x], sum);
      }
    }
  }

  /// Over squares of twice the side.
  [[nodiscard]] ColourSums halved() const {
    ColourSums half(std::max(1, width_ / 2), std::max(1, height_ / 2));
    for (int y = 0; y < height_; ++y) {
      auto* sums = half.row(std::min(y / 2, half.height_ - 1));
      for (int x = 0; x < width_; ++x)
        add(sums[std::min(x / 2, half.width_ - 1)], row(y)[x]);
    }
    return half;
  }

  /// The weighted mean of red, green and blue in each square; weights in 1/256.
  [[nodiscard]] Image plane(const std::array<int, 3>& weights, int offset) const {
    Image plane(width_, height_, 1);
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      std::int64_t value = 0;
      for (std::size_t c = 0; c < 3; ++c) value += std::int64_t{weights[c]} * sums_[i][c];
      const std::int64_t whole = std::int64_t{256} * sums_[i][3];
      value += (offset * whole) + whole / 2;
      plane.samples[i] = static_cast<std::uint8_t>(std::clamp<std::int64_t>(value / whole, 0, 255));
    }
    return plane;
  }

 private:
  using Sum = std::array<std::int32_t, 4>;  ///< red, green, blue, number of pixels

  ColourSums(int width, int height) : width_(width), height_(height) {
    sums_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  }
  Sum* row(int y) { return sums_.data() + std::ptrdiff_t{y} * width_; }
  [[nodiscard]] const Sum* row(int y) const { return sums_.data() + std::ptrdiff_t{y} * width_; }
  static void add(Sum& total, const Sum& part) {
    for (std::size_t c = 0; c < total.size(); ++c) total[c] += part[c];
  }

  int width_;
  int height_;
  std::vector<Sum> sums_;
};

}  // namespace

ComparedFrame reduce_to_compare(const ImageView& frame) {
  if (frame.channels != 3 || frame.width < 1 || frame.height < 1)
    throw Error(ErrorCode::internal, "frames are compared as RGB");
  const int factor = (std::max(frame.width, frame.height) + kLongestSide - 1) / kLongestSide;
  const ColourSums whole(frame, factor);
  const ColourSums half = whole.halved();
  return {whole.plane({77, 150, 29}, 0),
          {half.plane({-43, -85, 128}, 128), half.plane({128, -107, -21}, 128)}};
}

bool look_same(const ComparedFrame& a, const ComparedFrame& b) {
  return !planes_differ(a.luma, b.luma, kLumaLimits) &&
         !planes_differ(a.chroma[0], b.chroma[0], kChromaLimits) &&
         !planes_differ(a.chroma[1], b.chroma[1], kChromaLimits);
}

std::optional<int> RepeatFinder::find(const PlannedPair& pair,
                                      const ImageView& first,
                                      const ImageView& second) {
  Original shown{
      pair.rank, pair.width, pair.height, reduce_to_compare(first), reduce_to_compare(second)};
  const auto repeated = std::ranges::find_if(originals_, [&](const Original& original) {
    return original.rank < shown.rank && original.width == shown.width &&
           original.height == shown.height && look_same(original.first, shown.first) &&
           look_same(original.second, shown.second);
  });
  if (repeated != originals_.end()) return repeated->rank;
  originals_.push_back(std::move(shown));
  if (originals_.size() > kMostOriginals)
    originals_.erase(std::ranges::max_element(originals_, {}, &Original::rank));
  return std::nullopt;
}

}  // namespace hindsight::sampler
