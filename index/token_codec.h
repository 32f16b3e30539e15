// Visual tokens as bytes and back; pooled vectors.  Pure functions; the formats are in
// index/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/token_matrix.h"
#include "index/records.h"

namespace hindsight::index {

[[nodiscard]] std::string_view to_string(TokenCodec codec);

/// Bytes that `rows` tokens of `width` take.
[[nodiscard]] std::size_t encoded_bytes(TokenCodec codec, int rows, int width);

/// int8: each token is scaled so that its largest value becomes 127; the error of a value is at
/// most 1/254 of its token's largest value.  bf16: rounded to nearest even; the error of a value is
/// at most 1/256 of the value. Throws Error(model) when a value is not finite.
[[nodiscard]] std::vector<std::byte> encode_tokens(const TokenMatrix& tokens, TokenCodec codec);

/// Writes rows * width values to `out`.  `bytes` must be encoded_bytes() long.
void decode_tokens(
    std::span<const std::byte> bytes, TokenCodec codec, int rows, int width, std::span<float> out);
[[nodiscard]] TokenMatrix decode_tokens(std::span<const std::byte> bytes,
                                        TokenCodec codec,
                                        int rows,
                                        int width);

/// A unit vector as int8 codes: component i is scale * codes[i].
struct PooledVector {
  float scale = 0;  ///< 0: the mean was zero
  std::vector<std::int8_t> codes;
};

/// The mean over the tokens, L2-normalised after quantisation: the dequantised vector has length 1.
/// Made from decoded tokens, so that shared tokens give the same vector as fresh ones.
[[nodiscard]] PooledVector pool_tokens(const TokenMatrix& decoded);

}  // namespace hindsight::index
