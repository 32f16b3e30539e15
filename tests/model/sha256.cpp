#include "model/sha256.h"

#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace hindsight::test {
namespace {

using Words = std::array<std::uint32_t, 8>;

// The first 32 fractional bits of the roots of the first primes are the constants of FIPS 180-4.
std::vector<std::uint32_t> fractional_roots(int count, long double exponent) {
  std::vector<std::uint32_t> bits;
  for (int n = 2; static_cast<int>(bits.size()) < count; ++n) {
    bool prime = true;
    for (int d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
    if (!prime) continue;
    const long double root = std::pow(static_cast<long double>(n), exponent);
    bits.push_back(static_cast<std::uint32_t>(std::ldexp(root - std::floor(root), 32)));
  }
  return bits;
}

void add_block(Words& state, const std::uint8_t* block) {
  static const auto kRound = fractional_roots(64, 1.0L / 3);
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 64; ++i) {
    if (i < 16) {
      for (std::size_t b = 0; b < 4; ++b) w[i] = (w[i] << 8) | block[4 * i + b];
    } else {
      const auto s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      const auto s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
  }
  Words v = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const auto s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
    const auto choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const auto t1 = v[7] + s1 + choice + kRound[i] + w[i];
    const auto s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
    const auto majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    v = {t1 + s0 + majority, v[0], v[1], v[2], v[3] + t1, v[4], v[5], v[6]};
  }
  for (std::size_t i = 0; i < 8; ++i) state[i] += v[i];
}

}  // namespace

std::string sha256(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> padded(bytes.begin(), bytes.end());
  padded.push_back(0x80);
  while (padded.size() % 64 != 56) padded.push_back(0);
  const std::uint64_t num_bits = std::uint64_t{bytes.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8)
    padded.push_back(static_cast<std::uint8_t>(num_bits >> shift));

  const auto roots = fractional_roots(8, 0.5L);
  Words state{};
  std::copy(roots.begin(), roots.end(), state.begin());
  for (std::size_t i = 0; i < padded.size(); i += 64) add_block(state, padded.data() + i);
  std::string hex;
  for (const auto word : state) hex += fmt::format("{:08x}", word);
  return hex;
}

}  // namespace hindsight::test
