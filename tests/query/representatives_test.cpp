#include "query/representatives.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "query/looking_model.h"

using namespace hindsight;
using namespace hindsight::query;
using test::TestStore;

namespace {

/// Unit vectors with these values.
index::PairVectors vectors_of(const std::vector<std::vector<int>>& rows) {
  index::PairVectors vectors;
  vectors.width = static_cast<int>(rows.front().size());
  for (const auto& row : rows) {
    double squares = 0;
    for (const int value : row) {
      vectors.codes.push_back(static_cast<std::int8_t>(value));
      squares += value * value;
    }
    vectors.scales.push_back(static_cast<float>(1 / std::sqrt(squares)));
    vectors.pair_ids.push_back(static_cast<std::int64_t>(vectors.pair_ids.size()) + 1);
  }
  return vectors;
}

double distance(const index::PairVectors& vectors, std::size_t a, std::size_t b) {
  double sum = 0;
  const auto width = static_cast<std::size_t>(vectors.width);
  for (std::size_t k = 0; k < width; ++k) {
    const double difference = vectors.codes[a * width + k] * double{vectors.scales[a]} -
                              vectors.codes[b * width + k] * double{vectors.scales[b]};
    sum += difference * difference;
  }
  return sum;
}

}  // namespace

TEST_CASE("each pair has the nearest of those that are furthest apart") {
  std::mt19937 random(7);
  std::vector<std::vector<int>> rows(80, std::vector<int>(8));
  for (auto& row : rows)
    for (int& value : row) value = static_cast<int>(random() % 200) - 100;
  const auto vectors = vectors_of(rows);
  // As the definition has it, in doubles.
  std::vector<std::size_t> chosen{0};
  const auto nearest = [&](std::size_t i) {
    return *std::ranges::min_element(
        chosen, {}, [&](std::size_t c) { return distance(vectors, i, c); });
  };
  while (chosen.size() < 12) {
    std::size_t furthest = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (distance(vectors, i, nearest(i)) > distance(vectors, furthest, nearest(furthest)))
        furthest = i;
    chosen.push_back(furthest);
  }
  const auto of = choose_representatives(vectors, 12);
  REQUIRE(of.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(static_cast<std::size_t>(of[i]) == nearest(i));
}

TEST_CASE("no more stand for others than differ") {
  const auto vectors = vectors_of({{1, 0}, {2, 0}, {0, 1}, {0, 3}, {4, 0}});
  CHECK(choose_representatives(vectors, 4) == std::vector<std::int32_t>{0, 0, 2, 2, 0});
  CHECK(choose_representatives(vectors, 1) == std::vector<std::int32_t>{0, 0, 0, 0, 0});
  CHECK(choose_representatives({}, 3).empty());
}

TEST_CASE(
    "representatives are chosen once, again when the run has grown, and never taken on trust") {
  TestStore test;
  const auto run = test::add_timed_film(test.store);
  const auto vectors = test.store.pair_vectors(run.id);
  CHECK(test.store.representatives(run.id, 5).empty());
  const auto chosen = representatives_of(test.store, run.id, vectors, 5);
  CHECK(chosen == choose_representatives(vectors, 5));
  auto kept = chosen;
  std::ranges::fill(kept, 1);
  test.store.put_representatives(run.id, 5, kept);
  CHECK(representatives_of(test.store, run.id, vectors, 5) == kept);
  CHECK(representatives_of(test.store, run.id, vectors, 6) == choose_representatives(vectors, 6));
  kept.pop_back();
  test.store.put_representatives(run.id, 5, kept);
  CHECK(representatives_of(test.store, run.id, vectors, 5) == chosen);
  kept = chosen;
  kept.front() = static_cast<std::int32_t>(kept.size());
  test.store.put_representatives(run.id, 5, kept);
  CHECK(representatives_of(test.store, run.id, vectors, 5) == chosen);
}
