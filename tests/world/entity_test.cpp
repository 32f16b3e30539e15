#include "world/entity.h"

#include <set>

#include <doctest/doctest.h>

using namespace hindsight::world;

TEST_CASE("training never draws a held-out combination") {
  Rng rng(3);
  for (int i = 0; i < 5000; ++i) {
    const auto kind = static_cast<Kind>(rng.below(kNumKinds));
    CHECK_FALSE(is_held_out(kind, draw_color(kind, Split::train, rng)));
  }
}

TEST_CASE("testing draws every held-out combination often") {
  Rng rng(4);
  for (const auto& c : held_out_combinations()) {
    int hits = 0;
    for (int i = 0; i < 400; ++i) hits += draw_color(c.kind, Split::test, rng) == c.color ? 1 : 0;
    CHECK(hits > 40);
  }
}

TEST_CASE("the same seed draws the same numbers, a fork does not depend on earlier draws") {
  Rng a(9), b(9);
  const auto fork = a.fork(2).next();
  CHECK(a.next() == b.next());
  CHECK(Rng(9).fork(2).next() == fork);
  CHECK(Rng(9).fork(3).next() != fork);
}

TEST_CASE("shades of two colour names do not meet") {
  Rng rng(5);
  for (int a = 0; a < kNumColors; ++a) {
    for (int b = 0; b < a; ++b) {
      for (int i = 0; i < 40; ++i) {
        const Vec3 d = shade_of(static_cast<Color>(a), rng) - shade_of(static_cast<Color>(b), rng);
        CHECK(length(d) > 0.02F);
      }
    }
  }
}
