#include "ingest/detail/live_clock.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using hindsight::ingest::detail::LiveClock;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPicture = kSecond / 25;

/// One packet: the stream's clock and that on the wall, in seconds.
struct Packet {
  std::optional<double> time;
  double arrived = 0;
};

std::optional<double> place(LiveClock& clock, const Packet& packet) {
  const auto ns = packet.time ? std::optional(static_cast<std::int64_t>(*packet.time * 1e9))
                              : std::nullopt;
  const auto arrived = LiveClock::Arrival{} +
                       std::chrono::nanoseconds(static_cast<std::int64_t>(packet.arrived * 1e9));
  if (!clock.shift(ns, kPicture, arrived)) return std::nullopt;
  return static_cast<double>(clock.last_ns()) / 1e9;
}

std::optional<double> approx(double value) { return value; }

}  // namespace

TEST_CASE("the timeline begins with the first packet and follows the stream's clock") {
  struct Row {
    std::string name;
    Packet second;
    double expected;
    int jumps;
  };
  const std::vector<Row> rows{
      {"the next picture", {100.5, 0.5}, 0.5, 0},
      {"muxers are a little wrong", {99.5, 0.0}, -0.5, 0},
      {"a gap of the stream's own", {130, 0}, 30, 0},
      {"no time: a picture later", {{}, 0.04}, 0.04, 0},
      {"a clock set back, no pause", {3, 0.1}, 0.04, 1},
      {"a clock set back after a silence of eight seconds", {3, 8}, 8, 1},
      {"a clock set forward by a day", {86'500, 0.04}, 0.04, 1},
      {"a clock that ran over its end", {-47'721.858, 0.04}, 0.04, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    LiveClock clock;
    CHECK(place(clock, {100, 0}) == approx(0));
    const auto placed = place(clock, row.second);
    REQUIRE(placed);
    CHECK(*placed == doctest::Approx(row.expected));
    CHECK(clock.num_jumps() == row.jumps);
    // It goes on from there.
    const auto next = place(clock, {row.second.time.value_or(100.04) + 1, row.second.arrived + 1});
    REQUIRE(next);
    CHECK(*next == doctest::Approx(row.expected + 1));
  }
}

TEST_CASE("a new connection lies as much later as its packets arrived") {
  LiveClock clock;
  (void)place(clock, {100, 0});
  (void)place(clock, {110, 10});
  clock.reconnect(0ns);
  CHECK(*place(clock, {0, 35}) == doctest::Approx(35));
  CHECK(*place(clock, {2, 37}) == doctest::Approx(37));
  clock.reconnect(0ns);
  // At once: the next picture, never the same time again.
  CHECK(*place(clock, {500, 37}) == doctest::Approx(37.04));
}

TEST_CASE("a playlist that shows again what was there is not read twice") {
  LiveClock clock;
  (void)place(clock, {100, 0});
  (void)place(clock, {110, 10});
  clock.reconnect(60s);
  CHECK_FALSE(place(clock, {104, 15}));
  CHECK_FALSE(place(clock, {110, 15}));
  CHECK(*place(clock, {112, 15}) == doctest::Approx(12));
  CHECK(*place(clock, {114, 15}) == doctest::Approx(14));

  // Its clock began anew: what is so much older cannot be a repetition.
  clock.reconnect(60s);
  CHECK(*place(clock, {0, 40}) == doctest::Approx(39));
  // Nor can what lies much further ahead than time has passed.
  clock.reconnect(60s);
  CHECK(*place(clock, {900, 45}) == doctest::Approx(44));
}
