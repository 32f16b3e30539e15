#include "sampler/repeats.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace hindsight;
using namespace hindsight::sampler;

namespace {

/// A strip is enough: how far a frame is reduced depends on its longer side.
struct Scene {
  int width = 640;
  int height = 60;
  double noise = 2;  ///< standard deviation of a pixel in levels
};

/// What stands out: a filled box.
struct Box {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  int red = 0;  ///< added to the background
  int green = 0;
  int blue = 0;
};

/// The same background whenever it is painted, and noise that never repeats.
Image paint(const Scene& scene, std::mt19937& random, const std::vector<Box>& boxes = {}) {
  Image image(scene.width, scene.height, 3);
  // A standard deviation must be positive.
  std::normal_distribution<double> noise(0, std::max(scene.noise, 1e-9));
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) {
      std::array<double, 3> colour{};
      for (std::size_t c = 0; c < 3; ++c)
        colour[c] = 60 + 40.0 * ((x / 40 + y / 30) % 3) + 0.02 * x + 4.0 * static_cast<double>(c);
      for (const auto& box : boxes) {
        if (x < box.x || x >= box.x + box.width || y < box.y || y >= box.y + box.height) continue;
        colour[0] += box.red;
        colour[1] += box.green;
        colour[2] += box.blue;
      }
      for (int c = 0; c < 3; ++c) {
        const double value = colour[static_cast<std::size_t>(c)] + noise(random);
        image.row(y)[3 * x + c] =
            static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
      }
    }
  }
  return image;
}

bool same(const Image& a, const Image& b) {
  return look_same(reduce_to_compare(a.view()), reduce_to_compare(b.view()));
}

PlannedPair pair_of(int rank, int width = 56) {
  PlannedPair pair;
  pair.rank = rank;
  pair.width = width;
  pair.height = 28;
  return pair;
}

}  // namespace

TEST_CASE("a still scene is the same under a sensor's noise, at any size") {
  std::mt19937 random(1);
  for (const auto& scene : std::vector<Scene>{{640, 60, 2},
                                              {1920, 90, 5},
                                              {320, 180, 2},
                                              {641, 63, 2},
                                              {1279, 71, 3},
                                              {16, 9, 1},
                                              {2, 1, 0},
                                              {1, 1, 0}}) {
    CAPTURE(scene.width);
    for (int i = 0; i < 3; ++i) CHECK(same(paint(scene, random), paint(scene, random)));
  }
}

TEST_CASE("a small thing is never lost, wherever it is and whatever the noise") {
  struct Row {
    std::string name;
    Scene scene;
    Box box;
  };
  const std::vector<Row> rows{
      {"a person of 6 x 15 pixels in 1080p", {1920, 90, 5}, {0, 0, 6, 15, 25, 25, 25}},
      {"the same, darker than the ground", {1920, 90, 5}, {0, 0, 6, 15, -25, -25, -25}},
      {"a person of 5 x 12 pixels in 720p", {1280, 72, 3}, {0, 0, 5, 12, 25, 25, 25}},
      {"a person of 3 x 6 pixels in 360p", {640, 60, 2}, {0, 0, 3, 6, 16, 16, 16}},
      {"in noise that hides it from nobody", {640, 60, 6}, {0, 0, 3, 6, 40, 40, 40}},
      {"a red thing as bright as the ground", {640, 60, 2}, {0, 0, 6, 6, 60, -30, -3}},
      {"a lamp of 2 x 2 pixels", {640, 60, 2}, {0, 0, 2, 2, 60, 60, 60}},
      {"a shadow too faint for single pixels", {640, 60, 2}, {0, 0, 12, 24, -6, -6, -6}},
      {"something in a small video", {320, 180, 2}, {0, 0, 3, 6, 16, 16, 16}},
  };
  std::mt19937 random(2);
  for (const auto& row : rows) {
    CAPTURE(row.name);
    for (int i = 0; i < 40; ++i) {
      Box box = row.box;
      const auto place = [&](int room) { return static_cast<int>(random() % unsigned(room)); };
      box.x = place(row.scene.width - box.width + 1);
      box.y = place(row.scene.height - box.height + 1);
      CAPTURE(box.x);
      CAPTURE(box.y);
      CHECK_FALSE(same(paint(row.scene, random), paint(row.scene, random, {box})));
    }
  }
}

TEST_CASE("what has moved by a pixel is another picture") {
  std::mt19937 random(3);
  const Scene scene{640, 60, 1};
  const Image before = paint(scene, random, {{300, 30, 8, 20, 40, 40, 40}});
  CHECK(same(before, paint(scene, random, {{300, 30, 8, 20, 40, 40, 40}})));
  CHECK_FALSE(same(before, paint(scene, random, {{301, 30, 8, 20, 40, 40, 40}})));
  CHECK_FALSE(same(before, paint({320, 180, 1}, random)));
}

TEST_CASE("in strong noise nothing is the same") {
  std::mt19937 random(4);
  const Scene scene{640, 60, 12};
  CHECK_FALSE(same(paint(scene, random), paint(scene, random)));
}

TEST_CASE("a scene that darkens step by step is soon another one") {
  std::mt19937 random(5);
  const Scene scene{320, 180, 0.5};
  RepeatFinder finder;
  std::vector<int> originals;
  for (int i = 0; i < 20; ++i) {
    const Image picture = paint(scene, random, {{0, 0, 320, 180, -i, -i, -i}});
    if (!finder.find(pair_of(i), picture.view(), picture.view())) originals.push_back(i);
  }
  // Compared with the original and not with the repeat before: it cannot drift away unseen.
  CHECK(originals.size() >= 5);
}

TEST_CASE("both frames count, and so does the size") {
  std::mt19937 random(6);
  const Scene scene{320, 180, 1};
  const Image still = paint(scene, random);
  const Image visited = paint(scene, random, {{100, 90, 4, 8, 40, 40, 40}});
  RepeatFinder finder;
  CHECK_FALSE(finder.find(pair_of(0), still.view(), still.view()));
  CHECK_FALSE(finder.find(pair_of(1), still.view(), visited.view()));
  CHECK_FALSE(finder.find(pair_of(2), visited.view(), still.view()));
  CHECK_FALSE(finder.find(pair_of(3, 84), still.view(), still.view()));
  CHECK(finder.find(pair_of(4), still.view(), still.view()) == 0);
  CHECK(finder.find(pair_of(5), still.view(), visited.view()) == 1);
  CHECK(finder.find(pair_of(6, 84), still.view(), still.view()) == 3);
}

TEST_CASE("every prefix of the ranks holds what its repeats repeat, and repeats cost nothing") {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const Scene scene{64, 36, 0.5};
    std::vector<Image> looks{paint(scene, random)};
    for (int i = 0; i < 3; ++i)
      looks.push_back(paint(scene, random, {{10 + 12 * i, 10, 6, 6, 50, 50, 50}}));
    std::vector<int> ranks(60);
    std::ranges::generate(ranks, [n = 0]() mutable { return n++; });
    std::ranges::shuffle(ranks, random);
    RepeatFinder finder;
    std::vector<PlannedPair> by_rank(ranks.size());
    for (const int rank : ranks) {
      auto pair = pair_of(rank, random() % 2 == 0 ? 56 : 84);
      const Image& picture = looks[random() % looks.size()];
      pair.same_as = finder.find(pair, picture.view(), picture.view());
      by_rank[static_cast<std::size_t>(rank)] = pair;
    }
    int repeats = 0;
    for (const auto& pair : by_rank) {
      CHECK(pair.cost() == (pair.same_as ? 0 : pair.num_tokens()));
      if (!pair.same_as) continue;
      ++repeats;
      REQUIRE(*pair.same_as < pair.rank);
      const auto& original = by_rank[static_cast<std::size_t>(*pair.same_as)];
      CHECK_FALSE(original.same_as);
      CHECK(original.width == pair.width);
    }
    CHECK(repeats > 0);
  }
}
