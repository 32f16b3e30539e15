#include "pipeline/fake_tower.h"

#include <cstddef>
#include <cstdint>

#include "core/content_hash.h"

namespace hindsight::test {

FakeTower::FakeTower(const std::string& fingerprint, const std::string& dtype) {
  info_.architecture = "Fake";
  info_.directory = "/models/" + fingerprint;
  info_.vision_fingerprint = fingerprint;
  info_.token_width = kTokenWidth;
  info_.dtype = dtype;
}

std::vector<TokenMatrix> FakeTower::encode(std::span<const model::PixelPatches> inputs) {
  std::vector<TokenMatrix> outputs;
  for (const auto& input : inputs) {
    if (before_input) before_input(num_encoded);
    ++num_encoded;
    const auto rows = static_cast<std::size_t>(input.grid.num_tokens());
    const auto values_a_token = input.values.size() / rows;
    TokenMatrix tokens{static_cast<int>(rows), kTokenWidth, std::vector<float>(rows * kTokenWidth)};
    for (std::size_t row = 0; row < rows; ++row) {
      const auto values = std::span(input.values).subspan(row * values_a_token, values_a_token);
      auto bits = checksum64(std::as_bytes(values));
      for (std::size_t i = 0; i < kTokenWidth; ++i) {
        tokens.values[row * kTokenWidth + i] = static_cast<float>(bits & 15U) - 7.5F;
        bits >>= 4U;
      }
    }
    outputs.push_back(std::move(tokens));
  }
  return outputs;
}

}  // namespace hindsight::test
