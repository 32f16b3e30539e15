#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/deinterlace.h"
#include "ingest/detail/frame_impl.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest {
namespace {

/// Columns and rows of boxes in the stored picture that become width x height upright.
std::pair<int, int> stored_boxes(int width, int height, detail::Orientation orientation) {
  if (width <= 0 || height <= 0) {
    throw Error(ErrorCode::internal,
                fmt::format("a small picture of {}x{} was asked for", width, height));
  }
  if (orientation.swaps_sides()) std::swap(width, height);
  return {width, height};
}

}  // namespace

Frame::Frame(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Frame::Frame(Frame&&) noexcept = default;
Frame& Frame::operator=(Frame&&) noexcept = default;
Frame::~Frame() = default;

MediaTime Frame::time() const { return impl_->time; }
MediaDuration Frame::duration() const { return impl_->duration; }
std::int64_t Frame::pts() const { return impl_->picture->pts; }
std::int64_t Frame::pts_duration() const { return impl_->pts_duration; }
bool Frame::is_key() const { return detail::is_key(*impl_->picture); }

Image Frame::rgb() const {
  const AVFrame& picture = *impl_->picture;
  if (!detail::is_interlaced(picture)) {
    return detail::upright(detail::to_rgb(picture), impl_->orientation);
  }
  const auto progressive = detail::deinterlace(impl_->before.get(), picture, impl_->after.get());
  return detail::upright(detail::to_rgb(*progressive), impl_->orientation);
}

Image Frame::luma(int width, int height) const {
  const auto& orientation = impl_->orientation;
  const auto [columns, rows] = stored_boxes(width, height, orientation);
  return detail::upright(detail::to_luma(*impl_->picture, columns, rows), orientation);
}

std::array<Image, 2> Frame::chroma(int width, int height) const {
  const auto& orientation = impl_->orientation;
  const auto [columns, rows] = stored_boxes(width, height, orientation);
  const auto chroma = detail::to_chroma(*impl_->picture, columns, rows);
  return {detail::upright(chroma[0], orientation), detail::upright(chroma[1], orientation)};
}

}  // namespace hindsight::ingest
