#include "query/relevance.h"

#include <cmath>

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
  CHECK(scores.at(12) > 0.9);
  for (const int id : {10, 13}) CHECK(scores.at(id) < 0);
  for (const auto& [id, score] : scores) CHECK(std::abs(score) <= 1);
}

TEST_CASE("a ranking that would be noise is none") {
  CHECK(score_pairs(vectors_of({{5, 5}, {5, 5}}), {1, 0}).empty());
  CHECK(score_pairs(vectors_of({{5, 5}}), {1, 0}).empty());
  CHECK(score_pairs(vectors_of({{5, 1}, {1, 5}}), {}).empty());
  CHECK(score_pairs({}, {1, 0}).empty());
}

TEST_CASE("similarity is the cosine of two vectors") {
  const auto vectors = vectors_of({{10, 0}, {0, 20}, {30, 0}, {0, 0}});
  CHECK(similarity(vectors, 0, 2) == doctest::Approx(1));
  CHECK(similarity(vectors, 0, 1) == doctest::Approx(0));
  CHECK(similarity(vectors, 0, 3) == 0);
}
