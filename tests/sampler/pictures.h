// Small pictures made by formula: a background, noise and boxes that move.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "sampler/small_picture.h"

namespace hindsight::test {

/// Luma of cell (x, y) at `seconds`; clamped to [0, 255].
using Scene = std::function<double(int x, int y, double seconds)>;

struct FilmOptions {
  double fps = 25;
  double seconds = 10;
  double begin = 0;
  double noise = 0;  ///< standard deviation of a cell in levels
  unsigned seed = 1;
  float detail = 0.3F;
};

/// Colourless pictures of `scene`, one every 1 / fps seconds.
[[nodiscard]] std::vector<sampler::SmallPicture> make_film(const Scene& scene,
                                                           const FilmOptions& options = {});

/// A still picture with structure; another one for every seed.
[[nodiscard]] Scene still(unsigned seed);

/// `scene` with a box of `width` x `height` cells at `level` whose left edge is at `x(seconds)`.
[[nodiscard]] Scene with_box(
    Scene scene, std::function<double(double)> x, int width, int height, double level);

/// A bright box that moves right over a still picture between two times, in seconds.
[[nodiscard]] Scene box_between(double from, double to);

/// Hard cuts between still pictures at `cuts` (seconds).
[[nodiscard]] Scene cut_at(std::vector<double> cuts, unsigned seed);

}  // namespace hindsight::test
