#include "sampler/activity.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "pictures.h"
#include "sampler/cuts.h"

using namespace hindsight;
using namespace hindsight::sampler;
using namespace hindsight::test;

namespace {

ActivityFindings find_in(const std::vector<SmallPicture>& film) {
  return find_activity(film, find_cuts(film));
}

/// Left edge of a box that crosses the picture from `begin` to `end` and is outside otherwise.
std::function<double(double)> crossing(double begin, double end) {
  return
      [=](double s) { return s < begin || s > end ? -50 : 64 * (s - begin) / (end - begin) - 2; };
}

}  // namespace

TEST_CASE("what passes in front of a still background is activity, within half a second") {
  struct Row {
    std::string name;
    int size;
    double level;
    double noise;
    double fps;
  };
  const std::vector<Row> rows{
      {"large and bright", 12, 240, 0, 25},
      {"small", 2, 240, 2, 25},
      {"one cell", 1, 255, 1, 25},
      {"dark in noise", 4, 0, 6, 25},
      {"few frames a second", 6, 240, 2, 5},
      {"many frames a second", 6, 240, 2, 60},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto scene = with_box(still(2), crossing(8, 11), row.size, row.size, row.level);
    const auto found =
        find_in(make_film(scene, {.fps = row.fps, .seconds = 20, .noise = row.noise}));
    REQUIRE(found.activity.size() == 1);
    CHECK(to_seconds(found.activity[0].span.begin) == doctest::Approx(8).epsilon(0.07));
    CHECK(to_seconds(found.activity[0].span.end) == doctest::Approx(11).epsilon(0.05));
    CHECK(found.activity[0].score > 0.5);
    CHECK(found.activity[0].score <= 1);
  }
}

TEST_CASE("what begins to move while something else does is an onset, what moves on is none") {
  const auto passing = with_box(still(2), crossing(5, 15), 6, 6, 240);
  // A gate in a corner: it opens within 0.6 s and stays open.
  const Scene gate = [passing](int x, int y, double s) {
    const bool is_gate = x >= 52 && x < 56 && y < 5;
    return is_gate ? 40 + 180 * std::clamp((s - 9) / 0.6, 0.0, 1.0) : passing(x, y, s);
  };
  const auto onsets_between = [](const ActivityFindings& found, double begin, double end) {
    return std::ranges::count_if(found.onsets, [=](MediaTime time) {
      return begin <= to_seconds(time) && to_seconds(time) < end;
    });
  };
  for (const double noise : {0.0, 2.0}) {
    CAPTURE(noise);
    const FilmOptions options{.fps = 25, .seconds = 20, .noise = noise};
    const auto alone = find_in(make_film(passing, options));
    CHECK(onsets_between(alone, 5, 6) == 1);
    CHECK(alone.onsets.size() == 1);
    const auto found = find_in(make_film(gate, options));
    CHECK(onsets_between(found, 9, 9.6) == 1);
    CHECK(found.onsets.size() == 2);
  }
}

TEST_CASE("nuisances are no activity") {
  struct Row {
    std::string name;
    Scene scene;
    double noise;
  };
  const auto background = still(4);
  const std::vector<Row> rows{
      {"a still picture", background, 0},
      {"noise", background, 10},
      {"black", [](int, int, double) { return 0.0; }, 0},
      {"exposure that drifts",
       [=](int x, int y, double s) { return background(x, y, s) * (0.7 + 0.3 * std::sin(s / 3)); },
       1},
      {"flicker",
       [=](int x, int y, double s) { return background(x, y, s) * (1 + 0.1 * std::sin(s * 52)); },
       1},
      {"a light that is switched on",
       [=](int x, int y, double s) { return background(x, y, s) + (s < 10 ? 0 : 40); },
       1},
      {"a camera that shakes all the time",
       [=](int x, int y, double s) {
         return 120 + 60 * std::sin((x + 0.3 * std::sin(s * 41)) * 0.5) *
                          std::cos((y + 0.3 * std::cos(s * 57)) * 0.4);
       },
       1},
      {"a flash",
       [=](int x, int y, double s) { return background(x, y, s) + (s >= 9 && s < 9.06 ? 90 : 0); },
       1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(find_in(make_film(row.scene, {.seconds = 20, .noise = row.noise})).activity.empty());
  }
}

TEST_CASE("activities closer than a second are one, further apart two, and a cut divides them") {
  const auto twice = [](double first_end, double second_begin) {
    return with_box(with_box(still(2), crossing(5, first_end), 5, 5, 250),
                    crossing(second_begin, second_begin + 2),
                    5,
                    5,
                    250);
  };
  CHECK(find_in(make_film(twice(7, 7.5), {.seconds = 15})).activity.size() == 1);
  CHECK(find_in(make_film(twice(7, 9.5), {.seconds = 15})).activity.size() == 2);
  const auto over_a_cut = with_box(cut_at({6}, 7), crossing(5, 7), 5, 5, 255);
  const auto found = find_in(make_film(over_a_cut, {.seconds = 12, .noise = 1}));
  REQUIRE(found.activity.size() == 2);
  CHECK(to_seconds(found.activity[0].span.end) <= 6.0);
  CHECK(to_seconds(found.activity[1].span.begin) >= 6.0);
}

TEST_CASE("films of no and of one picture have no activity") {
  CHECK(find_in({}).activity.empty());
  CHECK(find_in(make_film(still(1), {.seconds = 0.04})).activity.empty());
}

TEST_CASE("the smallest thing that moves is told by its size, a piece of one is not") {
  const auto extent_of = [](const Scene& scene) {
    const auto film = make_film(scene, {.fps = 5, .seconds = 20, .noise = 1});
    const auto found = find_in(film);
    for (const auto& motion : found.motion)
      if (motion.strength > found.threshold) return motion.smallest;
    return Extent{};
  };
  const auto at = [](double x) { return [=](double s) { return s < 10 ? -50 : x; }; };
  const Scene small = with_box(still(2), at(40), 3, 5, 250);
  const Scene both = with_box(small, at(8), 14, 12, 250);
  for (const auto& scene : {small, both}) {
    const Extent extent = extent_of(scene);
    CHECK(extent.width * 64 == doctest::Approx(3));
    CHECK(extent.height * 36 == doctest::Approx(5));
  }
  const Extent beside_a_speck = extent_of(with_box(small, at(60), 1, 1, 250));
  CHECK(beside_a_speck.width * 64 == doctest::Approx(3));
  CHECK(extent_of(with_box(still(2), at(60), 1, 1, 250)).width * 64 == doctest::Approx(1));
  CHECK(extent_of(still(2)).width == 0);
}
