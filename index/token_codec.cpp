#include "index/token_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "core/bfloat16.h"
#include "core/error.h"

namespace hindsight::index {
namespace {

static_assert(std::endian::native == std::endian::little, "stored numbers are little-endian");

float largest_magnitude(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

/// Rounds to nearest; ties away from zero.
std::int8_t to_code(float scaled) { return static_cast<std::int8_t>(std::lround(scaled)); }

void encode_int8(std::span<const float> token, std::byte* scale_out, std::byte* codes_out) {
  const float scale = largest_magnitude(token) / 127.0F;
  std::memcpy(scale_out, &scale, sizeof scale);
  for (std::size_t i = 0; i < token.size(); ++i) {
    const float scaled = scale > 0 ? std::clamp(token[i] / scale, -127.0F, 127.0F) : 0.0F;
    codes_out[i] = static_cast<std::byte>(to_code(scaled));
  }
}

}  // namespace

std::string_view to_string(TokenCodec codec) { return codec == TokenCodec::int8 ? "int8" : "bf16"; }

std::size_t encoded_bytes(TokenCodec codec, int rows, int width) {
  const auto n = static_cast<std::size_t>(rows);
  const auto d = static_cast<std::size_t>(width);
  return codec == TokenCodec::int8 ? n * (sizeof(float) + d) : n * d * sizeof(std::uint16_t);
}

std::vector<std::byte> encode_tokens(const TokenMatrix& tokens, TokenCodec codec) {
  if (!std::all_of(
          tokens.values.begin(), tokens.values.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(ErrorCode::model,
                "the vision tower gave values that are not finite; try another --dtype or check "
                "the checkpoint");
  }
  std::vector<std::byte> bytes(encoded_bytes(codec, tokens.rows, tokens.width));
  if (codec == TokenCodec::int8) {
    std::byte* codes = bytes.data() + static_cast<std::size_t>(tokens.rows) * sizeof(float);
    for (int row = 0; row < tokens.rows; ++row) {
      encode_int8(
          tokens.row(row), bytes.data() + static_cast<std::size_t>(row) * sizeof(float), codes);
      codes += tokens.width;
    }
    return bytes;
  }
  for (std::size_t i = 0; i < tokens.values.size(); ++i) {
    const std::uint16_t value = to_bf16(tokens.values[i]);
    std::memcpy(bytes.data() + 2 * i, &value, sizeof value);
  }
  return bytes;
}

void decode_tokens(
    std::span<const std::byte> bytes, TokenCodec codec, int rows, int width, std::span<float> out) {
  const auto n = static_cast<std::size_t>(rows);
  const auto d = static_cast<std::size_t>(width);
  if (bytes.size() != encoded_bytes(codec, rows, width) || out.size() != n * d) {
    throw Error(ErrorCode::internal, "decode_tokens: the sizes of bytes and tokens disagree");
  }
  if (codec == TokenCodec::bf16) {
    for (std::size_t i = 0; i < n * d; ++i) {
      std::uint16_t value = 0;
      std::memcpy(&value, bytes.data() + 2 * i, sizeof value);
      out[i] = from_bf16(value);
    }
    return;
  }
  const auto* codes = reinterpret_cast<const std::int8_t*>(bytes.data() + n * sizeof(float));
  for (std::size_t row = 0; row < n; ++row) {
    float scale = 0;
    std::memcpy(&scale, bytes.data() + row * sizeof scale, sizeof scale);
    for (std::size_t i = 0; i < d; ++i)
      out[row * d + i] = scale * static_cast<float>(codes[row * d + i]);
  }
}

TokenMatrix decode_tokens(std::span<const std::byte> bytes, TokenCodec codec, int rows, int width) {
  TokenMatrix tokens{rows, width, {}};
  tokens.values.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(width));
  decode_tokens(bytes, codec, rows, width, tokens.values);
  return tokens;
}

PooledVector pool_tokens(const TokenMatrix& decoded) {
  std::vector<float> mean(static_cast<std::size_t>(decoded.width), 0.0F);
  for (int row = 0; row < decoded.rows; ++row) {
    const auto token = decoded.row(row);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += token[i];
  }
  PooledVector vector;
  vector.codes.resize(mean.size());
  const float largest = largest_magnitude(mean);
  if (largest <= 0) return vector;
  std::int64_t squares = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    vector.codes[i] = to_code(mean[i] / largest * 127.0F);
    squares += std::int64_t{vector.codes[i]} * vector.codes[i];
  }
  vector.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(squares)));
  return vector;
}

}  // namespace hindsight::index
