#include "app/contact_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "app/text.h"
#include "ingest/lettering.h"
#include "sampler/overview.h"

namespace hindsight::app {
namespace {

using Color = std::array<std::uint8_t, 3>;
constexpr Color kGround{0x16, 0x18, 0x1c};
constexpr Color kInk{0xec, 0xee, 0xf2};
constexpr Color kHatch{0xff, 0x5a, 0x7a};

constexpr int kMargin = 8;
constexpr int kBar = 4;  // under a picture, in the colour of its reason
constexpr int kCaptionLines = 3;
constexpr int kLeastColumns = 3;
constexpr double kShape = 1.5;  // width over height

Color color_of(sampler::Reason reason) {
  switch (reason) {
    case sampler::Reason::shot:
      return {0x56, 0xb4, 0xe9};
    case sampler::Reason::activity:
      return {0xff, 0x90, 0x40};
    case sampler::Reason::coverage:
      return {0x2b, 0xc7, 0x9a};
    case sampler::Reason::novelty:
      return {0xe2, 0x9a, 0xc6};
  }
  return kInk;
}

void put(Image& sheet, int x, int y, const Color& color) {
  if (x >= 0 && y >= 0 && x < sheet.width && y < sheet.height) {
    std::copy(color.begin(), color.end(), sheet.row(y) + std::ptrdiff_t{x} * 3);
  }
}

void fill(Image& sheet, int left, int top, int width, int height, const Color& color) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) put(sheet, x, y, color);
  }
}

void write(Image& sheet, int left, int top, int width, const std::vector<std::string>& lines) {
  const int columns = width / ingest::kLetterWidth;
  if (columns < 1) return;
  const Image ink = ingest::draw_letters(lines, columns);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      if (ink.view().row(y)[x] != 0) put(sheet, left + x, top + y, kInk);
    }
  }
}

/// Where things are on the sheet.
struct Layout {
  int picture_height = 0;
  int columns = 0;
  int rows = 0;

  [[nodiscard]] int heading() const { return 2 * ingest::kLetterHeight + kMargin; }
  [[nodiscard]] int tile_width() const { return kThumbnailWidth + kMargin; }
  [[nodiscard]] int tile_height() const {
    return picture_height + kBar + kCaptionLines * ingest::kLetterHeight + kMargin;
  }
  [[nodiscard]] int width() const { return kMargin + columns * tile_width(); }
  [[nodiscard]] int height() const { return kMargin + heading() + rows * tile_height(); }
};

Layout arrange(const PlanPictures& pictures) {
  Layout layout;
  for (const auto& picture : pictures.pictures) {
    if (picture) layout.picture_height = std::max(layout.picture_height, picture->height);
  }
  if (layout.picture_height == 0) layout.picture_height = kThumbnailWidth * 9 / 16;
  const auto count = static_cast<int>(pictures.pictures.size());
  const double columns =
      std::sqrt(kShape * count * layout.tile_height() / layout.tile_width());
  layout.columns = std::max(kLeastColumns, static_cast<int>(std::lround(columns)));
  layout.rows = (count + layout.columns - 1) / layout.columns;
  return layout;
}

void draw_picture(Image& sheet, int left, int top, const Image& picture) {
  const int inset = (kThumbnailWidth - picture.width) / 2;
  for (int y = 0; y < picture.height; ++y) {
    std::copy_n(picture.view().row(y),
                std::ptrdiff_t{picture.width} * 3,
                sheet.row(top + y) + std::ptrdiff_t{left + inset} * 3);
  }
}

void draw_hatching(Image& sheet, int left, int top, int height) {
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < kThumbnailWidth; ++x) {
      if ((x + y) % 8 < 2) put(sheet, left + x, top + y, kHatch);
    }
  }
}

void draw_tile(Image& sheet,
               const Layout& layout,
               int place,
               const sampler::PlannedPair& pair,
               std::size_t rank,
               const std::optional<Image>& picture) {
  const int left = kMargin + place % layout.columns * layout.tile_width();
  const int top = kMargin + layout.heading() + place / layout.columns * layout.tile_height();
  if (picture) {
    draw_picture(sheet, left, top, *picture);
  } else {
    draw_hatching(sheet, left, top, layout.picture_height);
  }
  fill(sheet, left, top + layout.picture_height, kThumbnailWidth, kBar, color_of(pair.reason));
  write(sheet,
        left,
        top + layout.picture_height + kBar,
        kThumbnailWidth,
        {to_clock(pair.first) + (picture ? "" : " not read"),
         fmt::format("{}x{}, {}", pair.width, pair.height, counted(pair.num_tokens(), "token")),
         fmt::format("{}, rank {}", to_string(pair.reason), rank)});
}

}  // namespace

Image draw_contact_sheet(const VideoPlan& plan, const PlanPictures& pictures) {
  const Layout layout = arrange(pictures);
  Image sheet(layout.width(), layout.height(), 3);
  fill(sheet, 0, 0, sheet.width, sheet.height, kGround);
  write(sheet,
        kMargin,
        kMargin,
        sheet.width - 2 * kMargin,
        {std::filesystem::path(plan.name).filename().string(),
         fmt::format("{}, {}x{}, {}; activity {}; {} of {}",
                     human_seconds(to_seconds(plan.end)),
                     plan.facts.display_width,
                     plan.facts.display_height,
                     counted(std::ssize(sampler::join_shots(plan.stretches)), "shot"),
                     activity_summary(plan),
                     pictures.pictures.size(),
                     counted(std::ssize(pictures.pairs), "pair"))});
  int place = 0;
  for (const auto i : pictures.by_time()) {
    draw_tile(sheet, layout, place++, pictures.pairs[i], i, pictures.pictures[i]);
  }
  return sheet;
}

}  // namespace hindsight::app
