#include "pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace hindsight::test {

std::vector<sampler::SmallPicture> make_film(const Scene& scene, const FilmOptions& options) {
  std::mt19937 random(options.seed);
  std::normal_distribution<double> noise(0, std::max(options.noise, 1e-9));
  std::vector<sampler::SmallPicture> film;
  const auto frames = static_cast<int>(std::lround(options.seconds * options.fps));
  for (int i = 0; i < frames; ++i) {
    const double seconds = options.begin + i / options.fps;
    auto& picture = film.emplace_back();
    picture.time = MediaTime::from_ns(std::llround(seconds * 1e9));
    picture.duration = MediaDuration{std::llround(1e9 / options.fps)};
    picture.detail = options.detail;
    picture.cb.fill(128);
    picture.cr.fill(128);
    for (int y = 0; y < sampler::kLumaHeight; ++y) {
      for (int x = 0; x < sampler::kLumaWidth; ++x) {
        const double level = scene(x, y, seconds) + noise(random);
        picture.luma[static_cast<std::size_t>(y * sampler::kLumaWidth + x)] =
            static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0)));
      }
    }
  }
  return film;
}

Scene still(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> level(40, 200);
  auto blocks = std::make_shared<std::array<double, 16 * 9>>();
  for (auto& block : *blocks) block = level(random);
  return [blocks](int x, int y, double) {
    return blocks->at(static_cast<std::size_t>(y / 4 * 16 + x / 4)) + 10 * std::sin(x * 0.9 + y);
  };
}

Scene with_box(Scene scene, std::function<double(double)> x, int width, int height, double level) {
  return [=, scene = std::move(scene), left = std::move(x)](int cx, int cy, double seconds) {
    const double at = left(seconds);
    const bool inside = cx >= at && cx < at + width && cy >= 12 && cy < 12 + height;
    return inside ? level : scene(cx, cy, seconds);
  };
}

Scene box_between(double from, double to) {
  return with_box(
      still(3),
      [=](double t) { return t >= from && t < to ? 10 + 3 * (t - from) : -99; },
      4,
      4,
      250);
}

Scene cut_at(std::vector<double> cuts, unsigned seed) {
  std::vector<Scene> shots;
  for (unsigned i = 0; i <= cuts.size(); ++i) shots.push_back(still(seed * 1000 + i));
  return [cuts = std::move(cuts), shots = std::move(shots)](int x, int y, double seconds) {
    const auto shot = std::upper_bound(cuts.begin(), cuts.end(), seconds + 1e-6) - cuts.begin();
    return shots[static_cast<std::size_t>(shot)](x, y, seconds);
  };
}

}  // namespace hindsight::test
