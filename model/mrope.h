// M-RoPE: the position of every prompt token on three axes, time, height and width.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "model/config.h"
#include "model/vision_language_model.h"

namespace hindsight::model {

/// reference: the vendor's code, transformers up to 4.49 and vLLM; text after a picture goes on at
/// 1 + the largest id on any axis, and a temporal step is trunc(step * second_per_grid *
/// tokens_per_second) in float32. transformers_v5: text goes on at start + max(height, width), and
/// second_per_grid is truncated to an integer first. For comparisons with that version only: a long
/// video's ids are reused by the text after it.
enum class PositionRule { reference, transformers_v5 };

struct PositionOptions {
  Family family = Family::qwen2_vl;
  double tokens_per_second = 2;  ///< read for Qwen2.5-VL only
  PositionRule rule = PositionRule::reference;
};
[[nodiscard]] PositionOptions position_options(const ModelConfig& config);

/// Row-major [3, length] int64: the ids of all tokens on the time axis, then height, then width.
struct Positions {
  int length = 0;
  std::vector<std::int64_t> ids;
  /// The next token's position, on all axes, is next; the one after that next + 1.  In
  /// transformers' words rope_delta = next - length.
  std::int64_t next = 0;

  [[nodiscard]] std::int64_t rope_delta() const { return next - length; }
  [[nodiscard]] std::span<const std::int64_t> axis(int i) const {
    return std::span(ids).subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(length),
                                  static_cast<std::size_t>(length));
  }
};

/// A run of text tokens; vision_start, vision_end and timestamps count as text.
struct TextRun {
  int num_tokens = 0;
};

/// The visual tokens of one image, pair or clip.
struct VisualBlock {
  VisualPart::Kind kind = VisualPart::Kind::video;
  GridThw grid{};
  double second_per_grid = 1.0;
};

using Segment = std::variant<TextRun, VisualBlock>;

/// The segments of a prompt, in order.
[[nodiscard]] std::vector<Segment> segments_of(const Prompt& prompt);

/// Throws Error(usage) when a grid is empty or its sides are odd.
[[nodiscard]] Positions positions_of(std::span<const Segment> segments,
                                     const PositionOptions& options);

/// The pictures of a prompt given as ids, each kind in the order of appearance.
struct VisualGrids {
  std::vector<GridThw> images{};
  std::vector<GridThw> videos{};
  /// One a video, or empty: 1.0 for all.
  std::vector<double> second_per_grid{};
};

/// Segments of a prompt in which every visual token is a pad id.  A run of pad tokens is counted as
/// a picture when vision_start precedes it.  Throws Error(usage), naming both numbers, when pads
/// and grids do not agree.
[[nodiscard]] std::vector<Segment> segments_of(std::span<const int> ids,
                                               const VisualGrids& grids,
                                               const ModelConfig& config);

/// The axis (0 time, 1 height, 2 width) that each of the head_dim rotary columns takes its position
/// from: the sections twice over, chunk i from axis i mod 3.  Throws Error(model) when the sections
/// do not add up to head_dim / 2.
[[nodiscard]] std::vector<int> mrope_axes(std::span<const int> section, int head_dim);

}  // namespace hindsight::model
