// What the sampler sees of a frame: a very small picture.  Kept for every frame of a stretch.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/media_time.h"

namespace hindsight::sampler {

inline constexpr int kLumaWidth = 64;
inline constexpr int kLumaHeight = 36;
inline constexpr std::size_t kNumCells = kLumaWidth * kLumaHeight;
inline constexpr int kChromaWidth = 16;
inline constexpr int kChromaHeight = 9;
inline constexpr std::size_t kNumChroma = kChromaWidth * kChromaHeight;

/// Means over boxes that share out the whole picture, whatever its aspect ratio; full range, row by
/// row.
struct SmallPicture {
  MediaTime time{};
  MediaDuration duration{0};
  std::array<std::uint8_t, kNumCells> luma{};
  std::array<std::uint8_t, kNumChroma> cb{};  ///< 128: no colour
  std::array<std::uint8_t, kNumChroma> cr{};
  /// measure_detail() of this frame, or of the last one that was measured: [0, 1].
  float detail = 0;
  /// Time since the picture before, where frames between the two were not looked at; else 0.
  MediaDuration unseen{0};
  /// True when so much is unseen that what is before says little of what is here.
  [[nodiscard]] bool after_gap() const { return unseen > std::chrono::milliseconds{200}; }
};

/// In order of time, times strictly ascending.
using Pictures = std::span<const SmallPicture>;

/// Calls `visit` with every cell that is at most `reach` cells from `cell` along each side, itself
/// too, row by row.
template <class Visit>
void for_cells_near(std::size_t cell, int reach, Visit&& visit) {
  const auto x = static_cast<int>(cell % kLumaWidth);
  const auto y = static_cast<int>(cell / kLumaWidth);
  for (int ny = std::max(0, y - reach); ny <= std::min(kLumaHeight - 1, y + reach); ++ny)
    for (int nx = std::max(0, x - reach); nx <= std::min(kLumaWidth - 1, x + reach); ++nx)
      visit(static_cast<std::size_t>(ny * kLumaWidth + nx));
}

/// Mean absolute difference of luma, in levels.
[[nodiscard]] double luma_distance(const SmallPicture& a, const SmallPicture& b);

/// Mean absolute difference of luma, Cb and Cr, added, in levels.
[[nodiscard]] double color_distance(const SmallPicture& a, const SmallPicture& b);

}  // namespace hindsight::sampler
