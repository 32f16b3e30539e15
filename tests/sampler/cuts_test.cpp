#include "sampler/cuts.h"

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "pictures.h"

using namespace hindsight;
using namespace hindsight::sampler;
using namespace hindsight::test;

TEST_CASE("a shot begins at the first picture after a cut, whatever the frame rate") {
  for (const double fps : {10.0, 12.5, 25.0, 29.97, 60.0}) {
    CAPTURE(fps);
    const auto film = make_film(cut_at({2, 3.5, 4, 7}, 3), {.fps = fps, .noise = 2});
    const auto cuts = find_cuts(film);
    REQUIRE(cuts.size() == 4);
    std::size_t i = 0;
    for (const double at : {2.0, 3.5, 4.0, 7.0}) {
      CAPTURE(at);
      CHECK(to_seconds(film[cuts[i]].time) >= at - 1e-6);
      CHECK(to_seconds(film[cuts[i]].time) < at + 1.001 / fps);
      ++i;
    }
  }
}

TEST_CASE("where each picture is shown twice, a cut is found and a start of motion is none") {
  const auto shown_twice = [](Scene scene) -> Scene {
    return [=](int x, int y, double s) { return scene(x, y, std::floor(s * 12.5 + 1e-6) / 12.5); };
  };
  // Comes in from the side, faster and faster.
  const auto enters = with_box(
      still(5),
      [](double s) { return s < 4.9 ? -40 : -40 + 80 * (s - 4.9) * (s - 4.9); },
      40,
      30,
      230);
  CHECK(find_cuts(make_film(shown_twice(enters), {.seconds = 8})).empty());
  CHECK(find_cuts(make_film(shown_twice(cut_at({3.2, 5.6}, 3)), {.seconds = 8})) ==
        std::vector<std::size_t>{80, 140});
}

TEST_CASE("a cut between shots of equal brightness is seen by its colour") {
  auto film = make_film([](int, int, double) { return 90.0; }, {.seconds = 4});
  for (auto& picture : film) {
    if (picture.time >= MediaTime{std::chrono::seconds{2}}) picture.cr.fill(190);
  }
  CHECK(find_cuts(film) == std::vector<std::size_t>{50});
}

TEST_CASE("what is no cut is not taken for one") {
  struct Row {
    std::string name;
    Scene scene;
    double noise;
  };
  const auto background = still(5);
  const std::vector<Row> rows{
      {"a still picture", background, 0},
      {"noise", background, 12},
      {"black", [](int, int, double) { return 0.0; }, 0},
      {"a flash of two frames",
       [=](int x, int y, double s) { return background(x, y, s) + (s >= 3 && s < 3.08 ? 120 : 0); },
       2},
      {"a dark frame",
       [=](int x, int y, double s) { return s >= 3 && s < 3.04 ? 0 : background(x, y, s); },
       2},
      {"a fade to black and back",
       [=](int x, int y, double s) { return background(x, y, s) * std::min(1.0, std::abs(s - 5)); },
       2},
      {"a light that is switched on",
       [=](int x, int y, double s) { return background(x, y, s) * (s < 5 ? 0.5 : 1.1); },
       2},
      {"a slide that is followed by the next one",
       [=, first = still(7), second = still(8)](int x, int y, double s) {
         const bool is_slide = x >= 16 && x < 52 && y >= 8 && y < 30;
         return is_slide ? (s < 5 ? first : second)(x, y, s) : background(x, y, s);
       },
       2},
      {"a light that is switched off beside a lamp",
       [=](int x, int y, double s) {
         const bool is_lamp = x >= 28 && x < 44 && y >= 14 && y < 22;
         return background(x, y, s) * (s < 5 || is_lamp ? 1 : 0.4);
       },
       2},
      {"exposure that swings",
       [=](int x, int y, double s) { return background(x, y, s) * (0.8 + 0.3 * std::sin(s)); },
       2},
      {"a fast pan",
       [=](int x, int y, double s) {
         return 120 + 80 * std::sin((x + 40 * s) * 0.35) * std::cos(y * 0.4);
       },
       2},
      {"a large box that passes fast",
       with_box(
           background, [](double s) { return 100 * (s - 5); }, 25, 20, 230),
       2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(find_cuts(make_film(row.scene, {.noise = row.noise})).empty());
  }
}

TEST_CASE("films of no, one and two pictures have no cut that fails") {
  const auto film = make_film(cut_at({0.04}, 9), {.seconds = 0.08});
  CHECK(find_cuts({}).empty());
  CHECK(find_cuts(Pictures(film).first(1)).empty());
  CHECK(find_cuts(film).size() <= 1);
}
