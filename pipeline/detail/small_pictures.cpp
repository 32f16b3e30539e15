#include "pipeline/detail/small_pictures.h"

#include <algorithm>
#include <array>

#include "sampler/detail.h"

namespace hindsight::pipeline {
namespace {

// Detail changes slowly and costs a larger picture: one frame in each half second is measured.
constexpr MediaDuration kDetailStep = std::chrono::milliseconds{500};

// Blocks are at least 4 pixels wide.  At 1280 x 720 a cell has 400 pixels; of smaller pictures,
// with 130, some that begin with coarse blocks seemed to move until the first frames had settled.
constexpr std::int64_t kManyPixels = 400;

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

ingest::Deblocking deblocking_for(const ingest::StreamFacts& facts) {
  const auto cells = static_cast<std::int64_t>(sampler::kNumCells);
  const bool is_many = std::int64_t{facts.width} * facts.height >= kManyPixels * cells;
  return is_many ? ingest::Deblocking::off : ingest::Deblocking::on;
}

}  // namespace hindsight::pipeline
