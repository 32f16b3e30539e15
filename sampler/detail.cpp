#include "sampler/detail.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/error.h"

namespace hindsight::sampler {
namespace {

constexpr int kPatch = 28;
// Neighbouring samples that differ by this many levels make an edge.
constexpr int kEdge = 14;
// Two edges of opposite direction within this many samples are a stroke, as letters have them.
constexpr int kStroke = 4;
// Shares of edges and of strokes at which a picture counts as full.
constexpr double kFullOfEdges = 0.25;
constexpr double kFullOfStrokes = 0.12;
// What an empty scene gets, and detail on top of it, as powers of the range between the bounds.
constexpr double kBase = 0.1;
constexpr double kDetail = 0.5;
// The shorter side of what moves, in tokens.  The small pictures show where it was and where it is
// as one, up to twice as large as the thing; 1.5 to 2.5 were compared by `./run bench tiers`.
constexpr double kThingSide = 2.5;
// One aspect ratio off by a factor e costs as much as a number of tokens off by e^3.
constexpr double kAspectWeight = 3;
// A size within the token bounds whose aspect ratio is off by more than this is worse than a
// smaller one below the bounds.
const double kWorstAspect = std::log(1.35);

struct EdgeCounts {
  int edges = 0;
  int strokes = 0;
};

EdgeCounts count_edges(const std::uint8_t* row, int width) {
  EdgeCounts counts;
  int last_rise = -kStroke - 1;
  int last_fall = -kStroke - 1;
  for (int x = 1; x < width; ++x) {
    const int step = row[x] - row[x - 1];
    if (std::abs(step) < kEdge) continue;
    ++counts.edges;
    const int opposite = step > 0 ? last_fall : last_rise;
    counts.strokes += x - opposite <= kStroke ? 1 : 0;
    (step > 0 ? last_rise : last_fall) = x;
  }
  return counts;
}

int patches(int pixels) { return std::max(1, (pixels + kPatch - 1) / kPatch); }

struct Grid {
  int columns = 1;
  int rows = 1;
  [[nodiscard]] int tokens() const { return columns * rows; }
};

/// Logarithm of how far the grid's aspect ratio is off.
double aspect_error(const Grid& grid, const PictureSize& display) {
  const double wanted = static_cast<double>(display.width) / display.height;
  return std::abs(std::log(static_cast<double>(grid.columns) / grid.rows / wanted));
}

/// The grid of least cost among those with least <= tokens <= most, and its cost.
struct Choice {
  Grid grid;
  double cost = 1e300;
  bool found = false;
};

Choice best_grid(int tokens, int least, int most, const PictureSize& display) {
  Choice best;
  const double wanted = static_cast<double>(display.width) / display.height;
  const int max_columns = patches(display.width);
  const int max_rows = std::min(patches(display.height), most);
  for (int rows = 1; rows <= max_rows; ++rows) {
    const int around = static_cast<int>(std::lround(std::min(rows * wanted, 1e6)));
    for (int columns = around - 1; columns <= around + 1; ++columns) {
      const Grid grid{std::clamp(columns, 1, max_columns), rows};
      if (grid.tokens() < least || grid.tokens() > most) continue;
      const double cost = kAspectWeight * aspect_error(grid, display) +
                          std::abs(std::log(static_cast<double>(grid.tokens()) / tokens));
      if (!best.found || cost < best.cost) best = {grid, cost, true};
    }
  }
  return best;
}

Grid choose_grid(int tokens, const PictureSize& display, const PlanOptions& options) {
  tokens = std::clamp(tokens, options.min_pair_tokens, options.max_pair_tokens);
  // Small grids are far apart: 4 x 2, 5 x 3, 6 x 3 for 16:9.  A third more is allowed there.
  const int most =
      std::min(options.max_pair_tokens, std::max(tokens, options.min_pair_tokens * 4 / 3));
  const auto within = best_grid(tokens, options.min_pair_tokens, most, display);
  if (within.found && aspect_error(within.grid, display) <= kWorstAspect) return within.grid;
  const auto below = best_grid(tokens, 1, most, display);
  if (below.found && (!within.found || below.cost < within.cost)) return below.grid;
  if (within.found) return within.grid;
  // An extreme strip: one row or one column, as long as allowed.
  const int longest = std::min(most, patches(std::max(display.width, display.height)));
  return display.width >= display.height ? Grid{longest, 1} : Grid{1, longest};
}

}  // namespace

float measure_detail(const ImageView& luma) {
  if (luma.channels != 1) throw Error(ErrorCode::internal, "detail is measured in luma pictures");
  if (luma.width < 2 || luma.height < 1) return 0;
  std::int64_t edges = 0;
  std::int64_t strokes = 0;
  for (int y = 0; y < luma.height; ++y) {
    const auto counts = count_edges(luma.row(y), luma.width);
    edges += counts.edges;
    strokes += counts.strokes;
  }
  const double samples = static_cast<double>(luma.width - 1) * luma.height;
  const double full = std::max(static_cast<double>(edges) / samples / kFullOfEdges,
                               static_cast<double>(strokes) / samples / kFullOfStrokes);
  return static_cast<float>(std::min(1.0, std::sqrt(full)));
}

int tokens_of(const PictureSize& size) { return (size.width / kPatch) * (size.height / kPatch); }

int wanted_tokens(double detail,
                  const Extent& smallest,
                  const PictureSize& display,
                  const PlanOptions& options) {
  const double interest = kBase + kDetail * std::clamp(detail, 0.0, 1.0);
  const double range = static_cast<double>(options.max_pair_tokens) / options.min_pair_tokens;
  double tokens = options.min_pair_tokens * std::pow(range, interest);
  if (short_side(smallest) > 0) {
    const double aspect = static_cast<double>(display.width) / display.height;
    const double rows =
        kThingSide / std::min(aspect * smallest.width, static_cast<double>(smallest.height));
    tokens = std::max(tokens, aspect * rows * rows);
  }
  return static_cast<int>(
      std::lround(std::min(tokens, static_cast<double>(options.max_pair_tokens))));
}

int least_tokens(const PictureSize& display, const PlanOptions& options) {
  return choose_grid(options.min_pair_tokens, display, options).tokens();
}

PictureSize encoded_size(int tokens, const PictureSize& display, const PlanOptions& options) {
  const Grid grid = choose_grid(tokens, display, options);
  return {grid.columns * kPatch, grid.rows * kPatch};
}

}  // namespace hindsight::sampler
