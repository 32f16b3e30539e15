#include "model/mrope.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

constexpr int kMergeSize = 2;

// How far the time axis has moved after `step` temporal patches.
std::int64_t time_offset(int step, const VisualBlock& block, const PositionOptions& options) {
  if (options.family == Family::qwen2_vl) return step;
  if (block.kind == VisualPart::Kind::image) return 0;
  const bool v5 = options.rule == PositionRule::transformers_v5;
  const double interval = v5 ? std::trunc(block.second_per_grid) : block.second_per_grid;
  // float32 in this order, because that is how the reference multiplies; double differs by one now
  // and then.
  const float seconds = static_cast<float>(step) * static_cast<float>(interval);
  return static_cast<std::int64_t>(seconds * static_cast<float>(options.tokens_per_second));
}

void check_grid(const GridThw& grid) {
  if (grid.is_possible() && grid.h % kMergeSize == 0 && grid.w % kMergeSize == 0) return;
  throw Error(
      ErrorCode::usage,
      fmt::format("a grid of {} x {} x {} patches (time, height, width) has no positions: "
                  "every side must be positive, height and width even, their product at most {}",
                  grid.t,
                  grid.h,
                  grid.w,
                  GridThw::kMaxPatches));
}

int length_of(const Segment& segment) {
  if (const auto* text = std::get_if<TextRun>(&segment)) return text->num_tokens;
  return static_cast<int>(std::get<VisualBlock>(segment).grid.num_tokens());
}

// Writes ids of one axis after the other for the segments it is given.
class PositionWriter {
 public:
  PositionWriter(Positions& out, const PositionOptions& options) : out_(out), options_(options) {}

  void add(const Segment& segment) {
    if (const auto* text = std::get_if<TextRun>(&segment)) {
      for (int i = 0; i < text->num_tokens; ++i, ++out_.next)
        write(out_.next, out_.next, out_.next);
    } else {
      add(std::get<VisualBlock>(segment));
    }
  }

 private:
  void add(const VisualBlock& block) {
    check_grid(block.grid);
    const int height = block.grid.h / kMergeSize;
    const int width = block.grid.w / kMergeSize;
    const std::int64_t start = out_.next;
    for (int step = 0; step < block.grid.t; ++step) {
      const std::int64_t time = start + time_offset(step, block, options_);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) write(time, start + y, start + x);
      }
    }
    const std::int64_t extent = std::max(height, width);
    const std::int64_t duration = time_offset(block.grid.t - 1, block, options_) + 1;
    const bool v5 = options_.rule == PositionRule::transformers_v5;
    out_.next = start + (v5 ? extent : std::max(extent, duration));
  }

  void write(std::int64_t t, std::int64_t h, std::int64_t w) {
    const auto length = static_cast<std::size_t>(out_.length);
    out_.ids[at_] = t;
    out_.ids[length + at_] = h;
    out_.ids[2 * length + at_] = w;
    ++at_;
  }

  Positions& out_;
  const PositionOptions& options_;
  std::size_t at_ = 0;
};

// Hands out the pictures of each kind in order.
class GridQueue {
 public:
  explicit GridQueue(const VisualGrids& grids) : grids_(grids) {
    if (grids.second_per_grid.empty() || grids.second_per_grid.size() == grids.videos.size())
      return;
    throw Error(ErrorCode::usage,
                fmt::format("second_per_grid_ts has {} value(s) for {} video grid(s)",
                            grids.second_per_grid.size(),
                            grids.videos.size()));
  }

  [[nodiscard]] VisualBlock pop_image() {
    if (num_images_ == grids_.images.size()) fail("more", "image", grids_.images.size());
    return {VisualPart::Kind::image, grids_.images[num_images_++], 1.0};
  }
  [[nodiscard]] VisualBlock pop_video() {
    if (num_videos_ == grids_.videos.size()) fail("more", "video", grids_.videos.size());
    const std::size_t at = num_videos_++;
    const double seconds = grids_.second_per_grid.empty() ? 1.0 : grids_.second_per_grid[at];
    return {VisualPart::Kind::video, grids_.videos[at], seconds};
  }
  void expect_empty() const {
    if (num_images_ < grids_.images.size()) fail("fewer", "image", grids_.images.size());
    if (num_videos_ < grids_.videos.size()) fail("fewer", "video", grids_.videos.size());
  }

 private:
  [[noreturn]] static void fail(std::string_view how, std::string_view kind, std::size_t given) {
    throw Error(ErrorCode::usage,
                fmt::format("the prompt has {} {}s than the {} grid(s) given", how, kind, given));
  }
  const VisualGrids& grids_;
  std::size_t num_images_ = 0;
  std::size_t num_videos_ = 0;
};

// How many ids at the start are the same.
std::size_t count_equal(std::span<const int> ids) {
  const auto other = std::find_if(ids.begin(), ids.end(), [&](int id) { return id != ids[0]; });
  return static_cast<std::size_t>(other - ids.begin());
}

void check_pads(std::size_t num_pads, std::size_t at, const GridThw& grid) {
  check_grid(grid);
  if (num_pads == static_cast<std::size_t>(grid.num_tokens())) return;
  throw Error(ErrorCode::usage,
              fmt::format("{} pad tokens at position {} of the prompt do not match a grid of "
                          "{} x {} x {} patches, which makes {} tokens",
                          num_pads,
                          at,
                          grid.t,
                          grid.h,
                          grid.w,
                          grid.num_tokens()));
}

}  // namespace

PositionOptions position_options(const ModelConfig& config) {
  return {.family = config.family, .tokens_per_second = config.vision.tokens_per_second};
}

std::vector<Segment> segments_of(const Prompt& prompt) {
  std::vector<Segment> segments;
  for (const auto& part : prompt) {
    if (const auto* text = std::get_if<TextPart>(&part)) {
      segments.emplace_back(TextRun{static_cast<int>(text->size())});
    } else {
      const auto& visual = std::get<VisualPart>(part);
      segments.emplace_back(VisualBlock{visual.kind, visual.grid, visual.second_per_grid});
    }
  }
  return segments;
}

Positions positions_of(std::span<const Segment> segments, const PositionOptions& options) {
  Positions positions;
  for (const auto& segment : segments) positions.length += length_of(segment);
  positions.ids.resize(static_cast<std::size_t>(positions.length) * 3);
  PositionWriter writer(positions, options);
  for (const auto& segment : segments) writer.add(segment);
  return positions;
}

std::vector<Segment> segments_of(std::span<const int> ids,
                                 const VisualGrids& grids,
                                 const ModelConfig& config) {
  GridQueue queue(grids);
  std::vector<Segment> segments;
  int num_text = 0;
  std::size_t i = 0;
  while (i < ids.size()) {
    const bool is_image = ids[i] == config.image_pad_id;
    const bool is_pad = is_image || ids[i] == config.video_pad_id;
    if (!is_pad || i == 0 || ids[i - 1] != config.vision_start_id) {
      ++num_text;
      ++i;
      continue;
    }
    const VisualBlock block = is_image ? queue.pop_image() : queue.pop_video();
    const std::size_t num_pads = count_equal(ids.subspan(i));
    check_pads(num_pads, i, block.grid);
    if (num_text > 0) segments.emplace_back(TextRun{num_text});
    num_text = 0;
    segments.emplace_back(block);
    i += num_pads;
  }
  if (num_text > 0) segments.emplace_back(TextRun{num_text});
  queue.expect_empty();
  return segments;
}

std::vector<int> mrope_axes(std::span<const int> section, int head_dim) {
  std::vector<int> axes;
  for (std::size_t chunk = 0; chunk < 2 * section.size(); ++chunk) {
    axes.insert(axes.end(),
                static_cast<std::size_t>(std::max(0, section[chunk % section.size()])),
                static_cast<int>(chunk % 3));
  }
  if (static_cast<int>(axes.size()) != head_dim) {
    throw Error(ErrorCode::model,
                fmt::format("mrope_section [{}] covers {} rotary columns, but a head has {}",
                            fmt::join(section, ", "),
                            axes.size(),
                            head_dim));
  }
  return axes;
}

}  // namespace hindsight::model
