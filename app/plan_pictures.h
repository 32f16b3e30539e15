// A plan with the pictures of its first pairs: what the page and the contact sheet show.
#pragma once

#include <optional>
#include <vector>

#include "app/plan_gaps.h"
#include "app/video_plan.h"
#include "core/image_view.h"

namespace hindsight::app {

/// The sides of a thumbnail are at most these.
inline constexpr int kThumbnailWidth = 192;
inline constexpr int kThumbnailHeight = 256;
/// So many pictures bound the size of a page (some 8 kB each) and the pixels of a sheet.
inline constexpr int kMostThumbnails = 1000;

struct PlanPictures {
  std::vector<sampler::PlannedPair> pairs;  ///< all, by rank
  /// Of the first ones, RGB of one size; empty: its frame cannot be decoded.
  std::vector<std::optional<Image>> pictures;
  std::vector<Gap> gaps;
  std::int64_t num_errors = 0;  ///< packets and frames that could not be decoded for the pictures

  /// Positions in `pictures`, in the order of time.
  [[nodiscard]] std::vector<std::size_t> by_time() const;
};

/// Decodes the first frames of the first `num_pictures` pairs; progress on stderr when that is a
/// terminal.  Throws like ingest::VideoReader.
[[nodiscard]] PlanPictures fetch_pictures(const VideoPlan& plan,
                                          const ingest::ReaderOptions& reader_options,
                                          int num_pictures,
                                          const Context& context);

}  // namespace hindsight::app
