#include "sampler/spaces.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "packets.h"

using namespace std::chrono_literals;
using namespace hindsight;
using namespace hindsight::sampler;
using hindsight::test::make_packets;

TEST_CASE("packets peak where those of a moment are larger than before and after") {
  const auto peaks = [](const std::vector<std::pair<double, double>>& times_larger) {
    auto packets = make_packets({});
    for (auto& packet : packets)
      for (const auto& [at, times] : times_larger)
        if (std::abs(to_seconds(packet.time - MediaTime{}) - at) < 0.3)
          packet.bytes = static_cast<std::int64_t>(static_cast<double>(packet.bytes) * times);
    return packet_peaks(packets);
  };
  CHECK(peaks({}).empty());
  CHECK(peaks({{20, 1.1}}).empty());
  CHECK(packet_peaks({}).empty());
  const auto three = peaks({{10.5, 2}, {20.5, 20}, {40.5, 1.5}});
  REQUIRE(three.size() == 3);
  const std::vector<double> expected{10.5, 20.5, 40.5};
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(std::abs(to_seconds(three[i] - MediaTime{}) - expected[i]) <= 0.4);
  // Of one packet a second each peak is told once.
  auto seldom = make_packets({});
  std::erase_if(seldom, [](const Packet& packet) { return packet.time.since_start % 1s != 0s; });
  for (auto& packet : seldom)
    packet = {packet.time, packet.time == MediaTime{20s} ? 4'000 : 200, false};
  CHECK(packet_peaks(seldom) == std::vector<MediaTime>{MediaTime{20s}});
  // Two that only a shallow valley parts are one.
  CHECK(peaks({{20.5, 3}, {22.5, 3}}).size() == 2);
  CHECK(peaks({{20.5, 3}, {21.3, 3}, {20.9, 2.8}}).size() == 1);
}
