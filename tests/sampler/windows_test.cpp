#include "sampler/windows.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "packets.h"
#include "pictures.h"

using namespace std::chrono_literals;
using namespace hindsight;
using namespace hindsight::sampler;
using hindsight::test::box_between;
using hindsight::test::cut_at;
using hindsight::test::key_pictures;
using hindsight::test::make_film;
using hindsight::test::make_packets;
using hindsight::test::PacketFilm;
using hindsight::test::Scene;
using hindsight::test::still;

namespace {

constexpr LookGaps kGaps{.longest = 10s, .blind = 4s};

WindowChoice choose(const Scene& scene,
                    const PacketFilm& film,
                    const TimeSpan& span = {{}, MediaTime{60s}}) {
  const auto packets = make_packets(film);
  return choose_windows(span, packets, key_pictures(scene, packets), kGaps);
}

}  // namespace

TEST_CASE("nothing is opened where nothing changes") {
  for (const double gop : {1.0, 2.0, 5.0, 10.0}) {
    CAPTURE(gop);
    const auto choice = choose(still(1), {.gop = gop});
    CHECK(choice.windows.empty());
    CHECK(choice.known_cuts.empty());
  }
}

TEST_CASE("the space in which something happens is opened, for its reason, and no other") {
  struct Row {
    std::string name;
    Scene scene;
    PacketFilm film;
    std::vector<std::pair<double, double>> spans;
    WindowReason reason;
  };
  const std::vector<Row> rows{
      {"a box is there at one key frame",
       box_between(19, 21),
       {},
       {{18, 20}, {20, 22}},
       WindowReason::change},
      {"a box comes and stays", box_between(21, 99), {}, {{20, 22}}, WindowReason::change},
      {"something between two key frames that leaves no trace",
       still(1),
       {.busy = {MediaTime{22500ms}, MediaTime{23300ms}}},
       {{22, 24}},
       WindowReason::packets},
      {"a cut on a fixed grid", cut_at({31}, 5), {}, {{30, 32}}, WindowReason::scene},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto windows = choose(row.scene, row.film).windows;
    // What moves on is opened, too: the first windows decide.
    REQUIRE(windows.size() >= row.spans.size());
    for (std::size_t i = 0; i < row.spans.size(); ++i) {
      CHECK(to_seconds(windows[i].span.begin) == doctest::Approx(row.spans[i].first));
      CHECK(to_seconds(windows[i].span.end) == doctest::Approx(row.spans[i].second));
      CHECK(to_string(windows[i].reason) == to_string(row.reason));
    }
  }
}

TEST_CASE("a key frame out of turn that shows something else is a cut and opens nothing") {
  const auto choice = choose(cut_at({31}, 5), {.gop = 10, .key_frames = {31}});
  CHECK(choice.known_cuts == std::vector<MediaTime>{MediaTime{31s}});
  CHECK(choice.windows.empty());
  // Out of turn alone is none.
  CHECK(choose(still(1), {.gop = 10, .key_frames = {31}}).known_cuts.empty());
}

TEST_CASE("a packet that may be a cut is looked at, and then a key frame out of turn is no proof") {
  const auto film = cut_at({34, 37}, 5);
  auto packets = make_packets({.gop = 10, .key_frames = {37}});
  const TimeSpan span{{}, MediaTime{60s}};
  const auto keys = key_pictures(film, packets);
  const auto at = [&](double seconds) {
    return packets.begin() + static_cast<std::ptrdiff_t>(std::lround(seconds * 25));
  };
  const auto check_opened = [&] {
    const auto choice = choose_windows(span, packets, keys, kGaps);
    CHECK(choice.known_cuts.empty());
    REQUIRE(choice.windows.size() == 1);
    const auto& window = choice.windows.front();
    CHECK(to_string(window.reason) == to_string(WindowReason::scene));
    CHECK(window.span.end == MediaTime{37s});
    // What follows the key frame tells whether it is a cut as well.
    CHECK(window.read_to() == MediaTime{37200ms});
    return window;
  };
  SUBCASE("a packet as large as a key frame") {
    at(34)->bytes = 12'000;
    CHECK(check_opened().calm_from == MediaTime{34400ms});
  }
  SUBCASE("packets that become smaller") {
    for (auto packet = at(34); packet->time < MediaTime{37s}; ++packet) packet->bytes /= 10;
    const auto window = check_opened();
    // Where sizes change is told to within five packets.
    CHECK(window.calm_from >= MediaTime{34200ms});
    // Shortly after them the picture is of another scene, and no other packet can be
    // the cut: it is at the end.
    auto choice = choose_windows(span, packets, keys, kGaps);
    const auto after = std::ranges::find(keys, window.span.end, &SmallPicture::time);
    SettleWatch watch(choice, window, *after);
    std::optional<MediaTime> left_at;
    for (const auto& picture : make_film(film, {.seconds = 37, .noise = 1})) {
      if (picture.time < window.span.begin || left_at) continue;
      if (watch.look(picture) == SettleWatch::Rest::until_cut) left_at = picture.time;
    }
    CAPTURE(to_seconds(window.calm_from));
    REQUIRE(left_at);
    CHECK(to_seconds(*left_at) == doctest::Approx(to_seconds(window.calm_from)));
  }
}

TEST_CASE("no space is left out that is longer than may pass unseen") {
  CHECK(choose(still(1), {.gop = 10}).windows.empty());
  CHECK(choose(still(1), {.gop = 12}).windows.size() == 5);
  // Noise or a constant bit rate fills the packets: they do not tell that nothing happened.
  CHECK(choose(still(1), {.gop = 10, .other_bytes = 4000}).windows.size() == 6);
  CHECK(choose(still(1), {.gop = 2, .other_bytes = 4000}).windows.empty());
  for (const auto& window : choose(still(1), {.gop = 12}).windows) {
    CHECK(window.reason == WindowReason::unseen);
  }
  CHECK(look_gaps({}, 0).longest == 10s);
  CHECK(look_gaps({.coverage_floor = 4s}, 0).longest == 2s);
  CHECK(look_gaps({.coverage_floor = 20s, .stretch_length = 20s}, 0).longest == 5s);
}

TEST_CASE("where packets do not tell, small pictures are read throughout, large ones not") {
  const LookGaps small = look_gaps({}, 640 * 360 * 25);
  const LookGaps large = look_gaps({}, 1920 * 1080 * 25);
  CHECK(small.blind == 1s);
  CHECK(large.blind > 10s);
  const auto num_opened = [&](std::int64_t other_bytes, const LookGaps& gaps) {
    const auto packets = make_packets({.gop = 3, .other_bytes = other_bytes});
    return choose_windows({{}, MediaTime{60s}}, packets, key_pictures(still(1), packets), gaps)
        .windows.size();
  };
  CHECK(num_opened(200, small) == 0);
  CHECK(num_opened(8'000, small) == 20);
  CHECK(num_opened(8'000, large) == 0);
  // Two small packets of three hide how large the third is.
  auto packets = make_packets({.gop = 3, .other_bytes = 100});
  for (std::size_t i = 0; i < packets.size(); i += 3)
    packets[i].bytes = std::max<std::int64_t>(packets[i].bytes, 6'000);
  CHECK(choose_windows({{}, MediaTime{60s}}, packets, key_pictures(still(1), packets), small)
            .windows.size() == 20);
}

TEST_CASE("only spaces that reach into the span are opened") {
  const PacketFilm busy{.busy = {MediaTime{22500ms}, MediaTime{23300ms}}};
  CHECK(choose(still(1), busy, {MediaTime{}, MediaTime{22s}}).windows.empty());
  CHECK(choose(still(1), busy, {MediaTime{23s}, MediaTime{60s}}).windows.size() == 1);
  CHECK(choose(still(1), busy, {MediaTime{24s}, MediaTime{60s}}).windows.empty());
}

TEST_CASE("where nothing surprises key frames need a look now and then, else all of them do") {
  const auto quiet = [](const PacketFilm& film, const PlanOptions& options = {}) {
    return quiet_key_frames(make_packets(film), {look_gaps(options, 0).longest, 4s});
  };
  const auto all_but_every_fourth = quiet({});
  CHECK(all_but_every_fourth.size() == 21);  // of 30: 0, 8, ..., 56 and the last one are looked at
  for (const MediaTime key : all_but_every_fourth) {
    CHECK(key.since_start % 8s != 0s);
    CHECK(key < MediaTime{58s});
  }
  CHECK(quiet({.gop = 1}).size() == 51);
  CHECK(quiet({.gop = 2}, {.coverage_floor = 8s}).size() == 14);
  // Both ends of a space are looked at where it surprises, and the rest as before.
  const auto around = quiet({.busy = {MediaTime{22500ms}, MediaTime{23300ms}}});
  CHECK(std::ranges::count(around, MediaTime{22s}) == 0);
  CHECK(std::ranges::count(around, MediaTime{24s}) == 0);
  CHECK(std::ranges::count(around, MediaTime{20s}) == 1);
  // No space may pass unseen that is as long, packets do not tell, or the encoder marked something.
  CHECK(quiet({.gop = 5}).empty());
  CHECK(quiet({.gop = 2, .other_bytes = 4000}).empty());
  for (const MediaTime key : {MediaTime{30s}, MediaTime{31s}})
    CHECK(std::ranges::count(quiet({.key_frames = {31}}), key) == 0);
  CHECK(quiet_key_frames({}, kGaps).empty());
  CHECK(quiet_key_frames(std::vector<Packet>(2, {MediaTime{}, 20'000, true}), kGaps).empty());
}

TEST_CASE("a key frame of unusual size is looked at") {
  auto packets = make_packets({});
  for (auto& packet : packets) {
    if (packet.time == MediaTime{26s}) packet.bytes = 24'000;
  }
  const auto quiet = quiet_key_frames(packets, kGaps);
  CHECK(std::ranges::count(quiet, MediaTime{26s}) == 0);
  CHECK(std::ranges::count(quiet, MediaTime{28s}) == 1);
}

TEST_CASE("between two looks that differ every space is opened, whose key frames were left out") {
  const auto packets = make_packets({});
  const auto skipped = quiet_key_frames(packets, kGaps);
  const auto opened = [&](const Scene& scene) {
    auto keys = key_pictures(scene, packets);
    std::erase_if(keys, [&](const SmallPicture& key) {
      return std::ranges::binary_search(skipped, key.time);
    });
    return choose_windows({{}, MediaTime{60s}}, packets, keys, kGaps, skipped).windows;
  };
  CHECK(opened(still(1)).empty());
  const auto windows = opened(cut_at({31}, 5));
  REQUIRE(windows.size() == 4);
  CHECK(windows.front().span.begin == MediaTime{24s});
  CHECK(windows.back().span.end == MediaTime{32s});
}

TEST_CASE("without packets or key frames nothing is chosen") {
  const auto packets = make_packets({});
  const TimeSpan span{{}, MediaTime{60s}};
  CHECK(choose_windows(span, {}, key_pictures(still(1), packets), kGaps).windows.empty());
  CHECK(choose_windows(span, packets, {}, kGaps).windows.empty());
  const auto one = make_film(still(1), {.seconds = 0.04});
  CHECK(choose_windows(span, packets, one, kGaps).windows.size() == 1);
}
