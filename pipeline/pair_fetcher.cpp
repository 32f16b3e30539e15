#include "pipeline/pair_fetcher.h"

#include <algorithm>
#include <utility>

#include "ingest/jpeg.h"
#include "model/preprocess.h"

namespace hindsight::pipeline {
namespace {

constexpr int kThumbnailQuality = 80;
/// Times its width; what is taller is squeezed.
constexpr int kTallestThumbnail = 8;

}  // namespace

PairFetcher::PairFetcher(ingest::VideoReader& reader, const FetchOptions& options)
    : options_(options), reader_(reader) {}

std::shared_ptr<const Image> PairFetcher::frame_at(MediaTime t) {
  if (last_frame_ && last_time_ == t) return last_frame_;
  reader_.seek(t);
  const auto frame = reader_.next();
  if (!frame || frame->time() != t) return nullptr;
  last_time_ = t;
  last_frame_ = std::make_shared<const Image>(frame->rgb());
  return last_frame_;
}

Image PairFetcher::shrink(const ImageView& frame) const {
  const auto& facts = reader_.facts();
  const int width = options_.thumbnail_width;
  const std::int64_t upright = std::int64_t{width} * facts.display_height / facts.display_width;
  const int height = static_cast<int>(
      std::clamp<std::int64_t>(upright, 1, std::int64_t{width} * kTallestThumbnail));
  return model::resize_bicubic(frame, {width, height});
}

std::optional<Image> PairFetcher::fetch_picture(const sampler::PlannedPair& pair) {
  const auto frame = frame_at(pair.first);
  if (!frame) return std::nullopt;
  return shrink(frame->view());
}

std::optional<PairPixels> PairFetcher::fetch(const sampler::PlannedPair& pair,
                                             std::int64_t stored_tokens,
                                             sampler::RepeatFinder* repeats) {
  const auto first = frame_at(pair.first);
  if (!first) return std::nullopt;
  const bool needs_second = stored_tokens == 0 || repeats != nullptr;
  const auto second = needs_second ? frame_at(pair.second) : nullptr;
  if (needs_second && !second) return std::nullopt;
  PairPixels pixels;
  pixels.pair = pair;
  if (repeats != nullptr) pixels.pair.same_as = repeats->find(pair, first->view(), second->view());
  if (pixels.pair.same_as) return pixels;
  if (options_.thumbnail_width > 0) {
    pixels.thumbnail = ingest::encode_jpeg(shrink(first->view()).view(), kThumbnailQuality);
  }
  pixels.stored_tokens = stored_tokens;
  if (stored_tokens != 0) return pixels;
  pixels.patches = model::make_pair_patches(
      first->view(), second->view(), pair.width, pair.height, options_.preprocessor);
  return pixels;
}

}  // namespace hindsight::pipeline
