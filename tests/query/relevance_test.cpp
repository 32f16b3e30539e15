#include "query/relevance.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include <doctest/doctest.h>

#include "query/support.h"

using namespace hindsight;
using namespace hindsight::query;

namespace {

index::PairVectors vectors_of(const std::vector<std::vector<int>>& rows) {
  index::PairVectors vectors;
  vectors.width = static_cast<int>(rows.front().size());
  for (const auto& row : rows) {
    vectors.pair_ids.push_back(static_cast<std::int64_t>(vectors.pair_ids.size()) + 10);
    vectors.scales.push_back(0.01F);
    for (const int value : row) vectors.codes.push_back(static_cast<std::int8_t>(value));
  }
  return vectors;
}

/// Random unit vectors around a common one: the store's form of what pairs of one camera look like.
index::PairVectors random_vectors(std::mt19937& random, std::size_t size, int width) {
  std::normal_distribution<double> normal;
  std::vector<double> common(static_cast<std::size_t>(width));
  for (double& value : common) value = 2 * normal(random);
  index::PairVectors vectors{.width = width, .pair_ids = {}, .scales = {}, .codes = {}};
  for (std::size_t i = 0; i < size; ++i) {
    auto values = common;
    double largest = 0;
    for (double& value : values) {
      value += normal(random);
      largest = std::max(largest, std::abs(value));
    }
    double squares = 0;
    for (const double value : values) {
      const auto code = static_cast<std::int8_t>(std::lround(value / largest * 127));
      vectors.codes.push_back(code);
      squares += double{1} * code * code;
    }
    vectors.scales.push_back(static_cast<float>(1 / std::sqrt(squares)));
    vectors.pair_ids.push_back(static_cast<std::int64_t>(i));
  }
  return vectors;
}

std::vector<float> random_query(std::mt19937& random, int width) {
  std::normal_distribution<float> normal;
  std::vector<float> query(static_cast<std::size_t>(width));
  float squares = 0;
  for (float& value : query) {
    value = normal(random);
    squares += value * value;
  }
  for (float& value : query) value /= std::sqrt(squares);
  return query;
}

/// What score_pairs() promises, word by word, in doubles and with the mean of all vectors.
std::vector<double> plain_scores(const index::PairVectors& vectors,
                                 const std::vector<float>& query) {
  const auto width = static_cast<std::size_t>(vectors.width);
  const std::size_t size = vectors.pair_ids.size();
  const auto value = [&](std::size_t i, std::size_t k) {
    return double{vectors.scales[i]} * vectors.codes[i * width + k];
  };
  std::vector<double> mean(width);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t k = 0; k < width; ++k) mean[k] += value(i, k) / static_cast<double>(size);
  std::vector<double> scores;
  for (std::size_t i = 0; i < size; ++i) {
    double dot = 0;
    double norm = 0;
    for (std::size_t k = 0; k < width; ++k) {
      const double own = value(i, k) - mean[k];
      dot += own * query[k];
      norm += own * own;
    }
    scores.push_back(dot / std::sqrt(norm));
  }
  return scores;
}

double largest_difference(const std::vector<float>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("content words leave out what every question has") {
  using Words = std::vector<std::string>;
  CHECK(content_words("When did the Red car leave the gate?") ==
        Words{"red", "car", "leave", "gate"});
  CHECK(content_words("the car's car") == Words{"car"});
  CHECK(content_words("What happens?").empty());
  CHECK(content_words("").empty());
  CHECK(content_words("Wo ist der Zug?") == Words{"wo", "ist", "der", "zug"});
}

TEST_CASE("the embedding of words is the unit mean of the model's rows") {
  test::FakeLanguageModel fake;
  const auto query = embed_words({"red", "car"}, fake, test::tokenizer());
  REQUIRE(query.size() == test::kTokenWidth);
  double norm = 0;
  for (const float value : query) norm += double{value} * value;
  CHECK(std::abs(norm - 1) < 1e-5);
  CHECK(embed_words({}, fake, test::tokenizer()).empty());
}

TEST_CASE("what all pairs share does not count") {
  // A large common component, and a second axis on which only the third pair points along the
  // query.
  const auto vectors = vectors_of({{100, -10, 0}, {100, 0, -10}, {100, 30, 0}, {100, -20, 10}});
  const auto scores = score_pairs(vectors, {0, 1, 0});
  REQUIRE(scores.size() == 4);
  CHECK(scores[2] > 0.9);
  for (const std::size_t i : std::vector<std::size_t>{0, 3}) CHECK(scores[i] < 0);
  for (const float score : scores) CHECK(std::abs(score) <= 1);
}

TEST_CASE("a ranking that would be noise is none") {
  CHECK(score_pairs(vectors_of({{5, 5}, {5, 5}}), {1, 0}).empty());
  CHECK(score_pairs(vectors_of({{5, 5}}), {1, 0}).empty());
  CHECK(score_pairs(vectors_of({{5, 1}, {1, 5}}), {}).empty());
  CHECK(score_pairs({}, {1, 0}).empty());
}

TEST_CASE("scores in integers are those in doubles, and so is their order") {
  constexpr double kTolerance = 2e-4;
  std::mt19937 random{4};
  // The widths of hindsight-tiny and of 7B, and some that no vector register divides.
  for (const int width : {192, 3584, 17, 513, 1000}) {
    CAPTURE(width);
    const auto vectors = random_vectors(random, 300, width);
    const auto query = random_query(random, width);
    const auto scores = score_pairs(vectors, query);
    const auto plain = plain_scores(vectors, query);
    REQUIRE(scores.size() == plain.size());
    CHECK(largest_difference(scores, plain) < kTolerance);

    std::vector<std::size_t> order(plain.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, std::greater<>(), [&](std::size_t i) { return plain[i]; });
    const auto best = best_positions(scores, 40);
    REQUIRE(best.size() == 40);
    // Two that are closer than the tolerance may change places.
    for (std::size_t i = 0; i < best.size(); ++i)
      CHECK(std::abs(plain[best[i]] - plain[order[i]]) < 2 * kTolerance);
  }
}

TEST_CASE("sums of products stay exact at the ends of the codes' ranges") {
  for (const int sign : {1, -1}) {
    index::PairVectors vectors{
        .width = 4096, .pair_ids = {1, 2}, .scales = {1.0F / 8192, 1.0F / 8192}, .codes = {}};
    vectors.codes.assign(std::size_t{2} * 4096, -128);
    for (std::size_t k = 4096; k < 6144; ++k) vectors.codes[k] = 127;
    const std::vector<float> query(4096, static_cast<float>(sign) / 64);
    const auto scores = score_pairs(vectors, query);
    REQUIRE(scores.size() == 2);
    CHECK(largest_difference(scores, plain_scores(vectors, query)) < 1e-3);
  }
}

TEST_CASE("the mean of a sample does for many vectors") {
  std::mt19937 random{5};
  const auto vectors = random_vectors(random, 100'000, 24);
  const auto query = random_query(random, 24);
  const auto scores = score_pairs(vectors, query);
  REQUIRE(scores.size() == 100'000);
  CHECK(largest_difference(scores, plain_scores(vectors, query)) < 0.03);
}

TEST_CASE("equal vectors have equal scores, whichever part of many they lie in") {
  constexpr std::size_t kHalf = 150'001;
  constexpr std::size_t kWidth = 8;
  index::PairVectors vectors;
  vectors.width = static_cast<int>(kWidth);
  std::mt19937 random(5);
  for (std::size_t i = 0; i < kHalf * kWidth; ++i)
    vectors.codes.push_back(static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127));
  vectors.codes.insert(vectors.codes.end(), vectors.codes.begin(), vectors.codes.end());
  vectors.scales.assign(2 * kHalf, 0.003F);
  vectors.pair_ids.resize(2 * kHalf);
  std::iota(vectors.pair_ids.begin(), vectors.pair_ids.end(), 1);
  const auto scores = score_pairs(vectors, {1, 0, 0, 0, 0, 0, 0, 0});
  REQUIRE(scores.size() == 2 * kHalf);
  CHECK(std::equal(scores.begin(), scores.begin() + kHalf, scores.begin() + kHalf));
  CHECK(std::ranges::count(scores, 0.0F) < 100);
}

TEST_CASE("what lies on the mean is close to nothing") {
  const auto scores = score_pairs(vectors_of({{50, 50}, {90, 50}, {10, 50}}), {1, 0});
  REQUIRE(scores.size() == 3);
  CHECK(scores[0] == 0);
  CHECK(scores[1] == doctest::Approx(1));
  CHECK(scores[2] == doctest::Approx(-1));
}

TEST_CASE("the best positions are those of a stable sort") {
  std::mt19937 random{6};
  for (const std::size_t size : std::vector<std::size_t>{0, 1, 7, 1000}) {
    std::vector<float> scores(size);
    for (float& score : scores) score = static_cast<float>(random() % 50) / 50;
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return scores[a] > scores[b];
    });
    for (const std::size_t count : std::vector<std::size_t>{0, 1, 5, 300, 2000}) {
      const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, size));
      CHECK(best_positions(scores, count) == std::vector<std::size_t>(order.begin(), end));
    }
  }
}

TEST_CASE("pairs are found among the vectors, whatever the order of either") {
  index::PairVectors vectors;
  for (const auto& ids : {std::vector<std::int64_t>{3, 5, 9}, {9, 3, 5}}) {
    vectors.pair_ids = ids;
    const auto positions = positions_of(vectors, std::vector<std::int64_t>{5, 4, 9, 3, 10});
    REQUIRE(positions.size() == 5);
    CHECK(ids.at(positions[0]) == 5);
    CHECK(ids.at(positions[2]) == 9);
    CHECK(ids.at(positions[3]) == 3);
    CHECK(positions[1] == kNoVector);
    CHECK(positions[4] == kNoVector);
  }
}

TEST_CASE("similarity is the cosine of two vectors") {
  const auto vectors = vectors_of({{10, 0}, {0, 20}, {30, 0}, {0, 0}});
  CHECK(similarity(vectors, 0, 2) == doctest::Approx(1));
  CHECK(similarity(vectors, 0, 1) == doctest::Approx(0));
  CHECK(similarity(vectors, 0, 3) == 0);
}
