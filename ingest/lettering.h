// Words in pictures, in the letters of FFmpeg's text-mode decoder: no font file is needed.
#pragma once

#include <span>
#include <string>

#include "core/image_view.h"

namespace hindsight::ingest {

inline constexpr int kLetterWidth = 8;
inline constexpr int kLetterHeight = 16;

/// Gray, kLetterWidth * columns x kLetterHeight * lines.size(): 255 where there is ink, else 0.
/// What is not printable ASCII becomes '?' (a character of several bytes a single one), lines
/// longer than `columns` are cut.  Throws Error(usage) without a line or a column.
[[nodiscard]] Image draw_letters(std::span<const std::string> lines, int columns);

}  // namespace hindsight::ingest
