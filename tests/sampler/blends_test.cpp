#include "sampler/blends.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "pictures.h"
#include "sampler/cuts.h"

using namespace hindsight;
using namespace hindsight::sampler;
using namespace hindsight::test;

namespace {

/// How much of the second scene is there: 0 before `begin`, 1 from `begin + length` on.
double share_at(double seconds, double begin, double length) {
  return std::clamp((seconds - begin) / length, 0.0, 1.0);
}

Scene dissolve(Scene from, Scene to, double begin, double length) {
  return [=, from = std::move(from), to = std::move(to)](int x, int y, double s) {
    const double share = share_at(s, begin, length);
    return from(x, y, s) * (1 - share) + to(x, y, s) * share;
  };
}

/// Through `level`, which is there alone in the middle.
Scene fade(Scene from, Scene to, double begin, double length, double level) {
  return [=, from = std::move(from), to = std::move(to)](int x, int y, double s) {
    const double share = 2 * share_at(s, begin, length) - 1;
    const double picture = share < 0 ? from(x, y, s) : to(x, y, s);
    return picture * std::abs(share) + level * (1 - std::abs(share));
  };
}

std::vector<Blend> blends_of(const std::vector<SmallPicture>& film) {
  return find_blends(film, find_cuts(film));
}

}  // namespace

TEST_CASE("dissolves and fades are found where the second scene takes over, whatever the length") {
  struct Row {
    std::string name;
    Scene (*join)(double);
  };
  const std::vector<Row> rows{
      {"dissolve", [](double length) { return dissolve(still(3), still(4), 4, length); }},
      {"fade through black", [](double length) { return fade(still(3), still(4), 4, length, 0); }},
      {"fade through white",
       [](double length) { return fade(still(3), still(4), 4, length, 235); }},
      {"dissolve while a box moves",
       [](double length) {
         const auto moving = with_box(
             still(3), [](double s) { return 6 * s; }, 8, 8, 230);
         return dissolve(moving, still(4), 4, length);
       }},
  };
  for (const auto& row : rows) {
    for (const double fps : {12.5, 25.0, 50.0}) {
      for (const double length : {0.3, 0.5, 1.0, 1.9}) {
        CAPTURE(row.name);
        CAPTURE(fps);
        CAPTURE(length);
        const auto film = make_film(row.join(length), {.fps = fps, .noise = 2});
        const auto blends = blends_of(film);
        REQUIRE(blends.size() == 1);
        const double middle = to_seconds(film[blends[0].middle].time);
        CHECK(std::abs(middle - (4 + length / 2)) <= 0.1 * length + 2 / fps);
        CHECK(film[blends[0].begin].time < film[blends[0].middle].time);
        CHECK(film[blends[0].middle].time <= film[blends[0].end].time);
        CHECK(find_cuts(film).empty());
      }
    }
  }
}

TEST_CASE("what is no blend is not taken for one") {
  const auto scene = still(5);
  struct Row {
    std::string name;
    Scene scene;
  };
  const std::vector<Row> rows{
      {"a still picture", scene},
      {"a hard cut", cut_at({4}, 5)},
      {"a fade to black and back", fade(scene, scene, 4, 1, 0)},
      {"a light that goes on slowly",
       [=](int x, int y, double s) { return scene(x, y, s) * (0.4 + 0.6 * share_at(s, 4, 0.8)); }},
      {"a pan",
       [](int x, int y, double s) {
         return 120 + 80 * std::sin((x + 12 * s) * 0.35) * std::cos(y * 0.4);
       }},
      {"a box that comes in and stays",
       with_box(
           scene, [](double s) { return std::min(-50 + 60 * (s - 4), 5.0); }, 50, 24, 230)},
      {"a wipe",
       [=, to = still(6)](int x, int y, double s) {
         return x < 64 * share_at(s, 4, 0.8) ? to(x, y, s) : scene(x, y, s);
       }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(blends_of(make_film(row.scene, {.noise = 2})).empty());
  }
}

TEST_CASE("a blend is not looked for across what was not seen, nor in too few pictures") {
  auto film = make_film(dissolve(still(3), still(4), 4, 1), {.noise = 2});
  REQUIRE(blends_of(film).size() == 1);
  const auto is_inside = [](const SmallPicture& picture) {
    return std::abs(to_seconds(picture.time) - 4.5) < 0.25;
  };
  std::erase_if(film, is_inside);
  const auto after = std::ranges::find_if(
      film, [](const SmallPicture& picture) { return to_seconds(picture.time) > 4.5; });
  after->unseen = std::chrono::milliseconds{520};
  CHECK(blends_of(film).empty());
  CHECK(find_blends({}, {}).empty());
  CHECK(find_blends(Pictures(film).first(1), {}).empty());
}
