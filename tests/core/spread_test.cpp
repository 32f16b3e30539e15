#include "core/spread.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

using namespace hindsight;

namespace {

std::vector<std::uint32_t> visiting_order(std::uint32_t num_stretches) {
  std::vector<std::uint32_t> order(num_stretches);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(
      order.begin(), order.end(), [](auto a, auto b) { return spread_key(a) < spread_key(b); });
  return order;
}

}  // namespace

TEST_CASE("eight stretches are visited in van der Corput order") {
  CHECK(visiting_order(8) == std::vector<std::uint32_t>{0, 4, 2, 6, 1, 5, 3, 7});
}

TEST_CASE("stretches that are added later do not change the order of the earlier ones") {
  for (std::uint32_t n = 1; n < 40; ++n) {
    CAPTURE(n);
    auto longer = visiting_order(n + 1);
    longer.erase(std::find(longer.begin(), longer.end(), n));
    CHECK(longer == visiting_order(n));
  }
}

TEST_CASE("every prefix is spread: no gap is more than about twice the even distance") {
  constexpr std::uint32_t num_stretches = 64;
  const auto order = visiting_order(num_stretches);
  for (std::size_t count = 1; count <= order.size(); ++count) {
    CAPTURE(count);
    std::vector<std::uint32_t> seen(order.begin(),
                                    order.begin() + static_cast<std::ptrdiff_t>(count));
    seen.push_back(num_stretches);
    std::sort(seen.begin(), seen.end());
    std::uint32_t widest = 0;
    for (std::size_t i = 1; i < seen.size(); ++i) widest = std::max(widest, seen[i] - seen[i - 1]);
    CHECK(widest <= 2 * num_stretches / count + 1);
  }
}
