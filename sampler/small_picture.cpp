#include "sampler/small_picture.h"

#include <cstdlib>

namespace hindsight::sampler {
namespace {

template <std::size_t N>
int sum_of_differences(const std::array<std::uint8_t, N>& a, const std::array<std::uint8_t, N>& b) {
  int sum = 0;
  for (std::size_t i = 0; i < N; ++i) sum += std::abs(int{a[i]} - int{b[i]});
  return sum;
}

}  // namespace

double luma_distance(const SmallPicture& a, const SmallPicture& b) {
  return sum_of_differences(a.luma, b.luma) / static_cast<double>(kNumCells);
}

double color_distance(const SmallPicture& a, const SmallPicture& b) {
  const int chroma = sum_of_differences(a.cb, b.cb) + sum_of_differences(a.cr, b.cr);
  return luma_distance(a, b) + chroma / static_cast<double>(kNumChroma);
}

}  // namespace hindsight::sampler
