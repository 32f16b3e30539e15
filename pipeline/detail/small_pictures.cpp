#include "pipeline/detail/small_pictures.h"

#include <algorithm>
#include <array>

#include "sampler/detail.h"

namespace hindsight::pipeline {
namespace {

// Detail changes slowly and costs a larger picture: one frame in each half second is measured.
constexpr MediaDuration kDetailStep = std::chrono::milliseconds{500};

template <std::size_t N>
void copy_samples(const Image& image, std::array<std::uint8_t, N>& samples) {
  std::copy_n(image.samples.begin(), N, samples.begin());
}

}  // namespace

sampler::SmallPicture PictureReducer::reduce(const ingest::Frame& frame) {
  sampler::SmallPicture picture;
  picture.time = frame.time();
  picture.duration = frame.duration();
  copy_samples(frame.luma(sampler::kLumaWidth, sampler::kLumaHeight), picture.luma);
  const auto chroma = frame.chroma(sampler::kChromaWidth, sampler::kChromaHeight);
  copy_samples(chroma[0], picture.cb);
  copy_samples(chroma[1], picture.cr);
  const std::int64_t step = picture.time.ns() / kDetailStep.count();
  if (step != detail_step_) {
    const auto larger = frame.luma(sampler::kDetailWidth, sampler::kDetailHeight);
    detail_ = sampler::measure_detail(larger.view());
    detail_step_ = step;
  }
  picture.detail = detail_;
  return picture;
}

}  // namespace hindsight::pipeline
