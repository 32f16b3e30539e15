#include "index/token_codec.h"

#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "index/support.h"

using namespace hindsight;
using namespace hindsight::index;
using test::make_tokens;

namespace {

struct RelativeError {
  double largest = 0;  ///< against the token's largest value (int8) or the value itself (bf16)
  double rms = 0;      ///< of the error over that of the values
};

RelativeError round_trip_error(const TokenMatrix& tokens, TokenCodec codec) {
  const auto decoded =
      decode_tokens(encode_tokens(tokens, codec), codec, tokens.rows, tokens.width);
  RelativeError error;
  double squared_error = 0;
  double squared = 0;
  for (int row = 0; row < tokens.rows; ++row) {
    float peak = 0;
    for (const float value : tokens.row(row)) peak = std::max(peak, std::abs(value));
    for (std::size_t i = 0; i < tokens.row(row).size(); ++i) {
      const double value = tokens.row(row)[i];
      const double difference = std::abs(decoded.row(row)[i] - value);
      const double unit = codec == TokenCodec::int8 ? double{peak} : std::abs(value);
      if (unit > 0) error.largest = std::max(error.largest, difference / unit);
      squared_error += difference * difference;
      squared += value * value;
    }
  }
  error.rms = std::sqrt(squared_error / squared);
  return error;
}

}  // namespace

TEST_CASE("the round-trip error of random-normal tokens is what the header promises") {
  const TokenMatrix tokens = make_tokens(200, 1, 1536);
  const auto int8 = round_trip_error(tokens, TokenCodec::int8);
  MESSAGE("int8: largest " << int8.largest << " of the token's peak, rms " << int8.rms);
  CHECK(int8.largest <= 1.0 / 254 + 1e-6);
  CHECK(int8.rms < 0.01);

  const auto bf16 = round_trip_error(tokens, TokenCodec::bf16);
  MESSAGE("bf16: largest " << bf16.largest << " of the value, rms " << bf16.rms);
  CHECK(bf16.largest <= 1.0 / 256);
  CHECK(bf16.rms < 0.002);
}

TEST_CASE("values that a codec can hold come back exactly") {
  struct Row {
    std::string name;
    TokenCodec codec;
    std::vector<float> values;
  };
  const std::vector<Row> rows{
      {"zeros in int8", TokenCodec::int8, {0, 0, 0, 0}},
      {"zeros in bf16", TokenCodec::bf16, {0, 0, 0, 0}},
      {"whole codes in int8", TokenCodec::int8, {127, -127, 1, -64}},
      {"short mantissas in bf16", TokenCodec::bf16, {1, -0.5, 3.140625, 1e38F * 0}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TokenMatrix tokens{1, 4, row.values};
    CHECK(decode_tokens(encode_tokens(tokens, row.codec), row.codec, 1, 4) == tokens);
  }
}

TEST_CASE("bf16 rounds to nearest, ties to even") {
  struct Row {
    std::string name;
    float value;
    float expected;
  };
  const std::vector<Row> rows{
      {"below the tie", 1.0F + 0.0038F, 1.0F},
      {"tie to even, down", 1.00390625F, 1.0F},
      {"tie to even, up", 1.01171875F, 1.015625F},
      {"above the tie", 1.0F + 0.0040F, 1.0078125F},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TokenMatrix tokens{1, 1, {row.value}};
    CHECK(
        decode_tokens(encode_tokens(tokens, TokenCodec::bf16), TokenCodec::bf16, 1, 1).values[0] ==
        row.expected);
  }
}

TEST_CASE("a loud token does not cost a quiet one its precision") {
  TokenMatrix tokens{2, 2, {1000, -1000, 0.001F, 0.0005F}};
  const auto decoded =
      decode_tokens(encode_tokens(tokens, TokenCodec::int8), TokenCodec::int8, 2, 2);
  CHECK(decoded.values[3] == doctest::Approx(0.0005F).epsilon(0.01));
}

TEST_CASE("values that are not finite are refused, not stored") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const auto codec : {TokenCodec::int8, TokenCodec::bf16}) {
      CAPTURE(to_string(codec));
      CHECK_THROWS_WITH_AS((void)encode_tokens({1, 2, {1, bad}}, codec),
                           "the vision tower gave values that are not finite; try another --dtype "
                           "or check the checkpoint",
                           Error);
    }
  }
}

TEST_CASE("bytes of the wrong size are refused") {
  const auto bytes = encode_tokens(make_tokens(2, 1), TokenCodec::int8);
  CHECK_THROWS_AS((void)decode_tokens(bytes, TokenCodec::bf16, 2, test::kTokenWidth), Error);
  CHECK_THROWS_AS((void)decode_tokens(bytes, TokenCodec::int8, 3, test::kTokenWidth), Error);
}

TEST_CASE("a pooled vector is the direction of the mean, with length 1") {
  const TokenMatrix tokens = make_tokens(64, 7, 256);
  const auto pooled = pool_tokens(tokens);
  std::vector<double> mean(256, 0.0);
  for (int row = 0; row < tokens.rows; ++row) {
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += tokens.row(row)[i];
  }
  double dot = 0;
  double length = 0;
  double mean_length = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const double component = double{pooled.scale} * pooled.codes[i];
    dot += component * mean[i];
    length += component * component;
    mean_length += mean[i] * mean[i];
  }
  CHECK(length == doctest::Approx(1.0).epsilon(1e-6));
  CHECK(dot / std::sqrt(mean_length) > 0.9999);
}

TEST_CASE("tokens that cancel out give the zero vector") {
  const auto pooled = pool_tokens({2, 2, {1, -1, -1, 1}});
  CHECK(pooled.scale == 0.0F);
  CHECK(pooled.codes == std::vector<std::int8_t>{0, 0});
}
