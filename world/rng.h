// Random numbers that are the same on every machine: no std distributions, no libm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace hindsight::world {

/// SplitMix64.  A value: a copy repeats the same numbers.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  /// [0, 1)
  float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24F; }
  float between(float low, float high) { return low + (high - low) * uniform(); }
  double seconds(double low, double high) {
    return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53);
  }
  /// 0 .. n-1; n at least 1.
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  /// low .. high, both included.
  int whole(int low, int high) { return low + below(high - low + 1); }
  bool chance(float probability) { return uniform() < probability; }
  /// About normal, mean 0, deviation 1, never beyond 3.5.
  float normal() { return (uniform() + uniform() + uniform() + uniform() - 2.0F) * 1.7320508F; }

  template <class Container>
  const auto& pick(const Container& items) {
    return items[static_cast<std::size_t>(below(static_cast<int>(items.size())))];
  }
  template <class Container>
  void shuffle(Container& items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      using std::swap;
      swap(items[i - 1], items[static_cast<std::size_t>(below(static_cast<int>(i)))]);
    }
  }
  /// A generator of its own for `purpose`, whatever was drawn from this one since its seed.
  [[nodiscard]] Rng fork(std::uint64_t purpose) const {
    Rng mixed(state_ ^ (purpose * 0xD1342543DE82EF95U + 0x2545F4914F6CDD1DU));
    mixed.next();
    return Rng(mixed.next());
  }

 private:
  std::uint64_t state_;
};

}  // namespace hindsight::world
