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
using hindsight::test::cut_at;
using hindsight::test::kPacketFilmLength;
using hindsight::test::make_film;
using hindsight::test::make_packets;
using hindsight::test::PacketFilm;
using hindsight::test::Scene;
using hindsight::test::still;
using hindsight::test::with_box;

namespace {

constexpr LookGaps kGaps{.longest = 10s, .blind = 4s};

std::vector<SmallPicture> key_pictures(const Scene& scene, const std::vector<Packet>& packets) {
  std::vector<SmallPicture> keys;
  for (const auto& picture : make_film(scene, {.seconds = kPacketFilmLength, .noise = 1})) {
    const auto packet = std::ranges::find(packets, picture.time, &Packet::time);
    if (packet != packets.end() && packet->is_key) keys.push_back(picture);
  }
  return keys;
}

WindowChoice choose(const Scene& scene,
                    const PacketFilm& film,
                    const TimeSpan& span = {{}, MediaTime{60s}}) {
  const auto packets = make_packets(film);
  return choose_windows(span, packets, key_pictures(scene, packets), kGaps);
}

Scene box_between(double from, double to) {
  return with_box(
      still(3),
      [=](double t) { return t >= from && t < to ? 10 + 3 * (t - from) : -99; },
      4,
      4,
      250);
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

TEST_CASE("a window is left where it looks like its end, not before the packets are calm") {
  const auto film = make_film(box_between(0.5, 1.5), {.seconds = 6});
  WindowChoice choice;
  choice.deviations.fill(1.5F);
  choice.surprising = 12;
  const auto settled_at = [&](Window window) {
    window.span = {{}, film.back().time};
    window.longest_unseen = 10s;
    SettleWatch watch(choice, window, film.back());
    for (const auto& picture : film) {
      if (watch.look(picture) == SettleWatch::Rest::alike) return to_seconds(picture.time);
    }
    return -1.0;
  };
  // It looks like its end at once, until the box comes.
  CHECK(settled_at({.reason = WindowReason::change, .calm_from = MediaTime{1s}}) ==
        doctest::Approx(2.04));
  CHECK(settled_at({.reason = WindowReason::packets, .calm_from = MediaTime{3s}}) ==
        doctest::Approx(3.0).epsilon(0.02));
  CHECK(settled_at({.reason = WindowReason::unseen}) == -1);
}

namespace {

constexpr LookGaps kLarge{.longest = 10s, .rest = 1s, .most_read = 1.0 / 8};

/// Packets in groups of 2 s, where a scene begins one as large as a key frame.
std::vector<Packet> packets_of_edit(const std::vector<double>& cuts) {
  auto packets = make_packets({});
  for (const double cut : cuts)
    packets[static_cast<std::size_t>(std::lround(cut * 25))].bytes = 18'000;
  return packets;
}

MediaDuration read_of(const WindowChoice& choice) {
  MediaDuration length{0};
  for (const auto& window : choice.windows)
    if (window.is_read) length += std::min(window.enough_at, window.read_to()) - window.span.begin;
  return length;
}

}  // namespace

TEST_CASE("of an edited stretch a part is read, and packets tell where the rest is cut") {
  std::vector<double> cuts;
  for (double t = 3; t < 60; t += 4.4) cuts.push_back(t);
  const auto packets = packets_of_edit(cuts);
  const auto keys = key_pictures(cut_at(cuts, 5), packets);
  const TimeSpan span{{}, MediaTime{60s}};
  const auto choice = choose_windows(span, packets, keys, kLarge);
  CHECK(choice.windows.size() >= 12);
  CHECK(read_of(choice) <= 20s);  // an eighth of a minute is less than what is always read
  CHECK(read_of(choice) > 10s);
  std::size_t told_cuts = 0;
  for (const auto& window : choice.windows) {
    const auto tells = [&](const Told& told) {
      return told.is_cut && window.span.contains(told.time);
    };
    const auto told = std::ranges::find_if(choice.told, tells);
    if (&window == &choice.windows.back()) continue;  // no key frame behind it shows another scene
    CHECK((told != choice.told.end()) == !window.is_read);
    if (told == choice.told.end()) continue;
    ++told_cuts;
    CHECK(std::ranges::any_of(cuts, [&](double cut) {
      return std::abs(to_seconds(told->time - MediaTime{}) - cut) < 0.021;
    }));
  }
  CHECK(told_cuts >= 2);
  CHECK(std::ranges::is_sorted(choice.told, {}, &Told::time));

  LookGaps all = kLarge;
  all.most_read = 1;
  const auto whole = choose_windows(span, packets, keys, all);
  CHECK(whole.told.empty());
  CHECK(std::ranges::all_of(whole.windows, &Window::is_read));
}

namespace {

constexpr LookGaps kEveryCut{.longest = 10s, .rest = 1s, .most_read = 1.0 / 8, .every_cut = true};

WindowChoice choose_every_cut(const std::vector<Packet>& packets, const Scene& scene) {
  return choose_windows({{}, MediaTime{60s}}, packets, key_pictures(scene, packets), kEveryCut);
}

}  // namespace

TEST_CASE("where every cut is looked for, a marked one behind calm packets is known") {
  const std::vector<double> cuts{4.4, 13, 21.6, 30.2, 38.8, 47.4};
  const PacketFilm film{.gop = 10, .key_frames = cuts};
  auto packets = make_packets(film);
  const auto calm = choose_every_cut(packets, cut_at(cuts, 5));
  CHECK(calm.known_cuts.size() == cuts.size());
  CHECK(calm.told.empty());
  // Behind the last key frame nothing says what the end is like.
  REQUIRE_FALSE(calm.windows.empty());
  CHECK(calm.windows.back().span.begin == MediaTime{57400ms});
  CHECK(std::ranges::count_if(calm.windows, &Window::is_for_cut) == 1);

  // Packets half as large as the key frame lead to it: it may be there for what moves.
  for (auto& packet : packets)
    if (packet.time >= MediaTime{20s} && packet.time < MediaTime{21600ms}) packet.bytes = 10'000;
  const auto loud = choose_every_cut(packets, cut_at(cuts, 5));
  CHECK(loud.known_cuts.size() == cuts.size() - 1);
  const auto window = std::ranges::find_if(loud.windows, &Window::is_for_cut);
  REQUIRE(window != loud.windows.end());
  CHECK(window->span.end == MediaTime{21600ms});
  CHECK_FALSE(window->may_end_with_cut);
  CHECK(window->is_read);
}

TEST_CASE("where every cut is looked for, all unlike spaces are read, frame by frame at signs") {
  std::vector<double> cuts;
  for (double t = 3; t < 60; t += 4.4) cuts.push_back(t);
  const auto choice = choose_every_cut(packets_of_edit(cuts), cut_at(cuts, 5));
  CHECK(std::ranges::none_of(choice.told, &Told::is_cut));
  CHECK(choice.known_cuts.empty());
  for (const double cut : cuts) {
    CAPTURE(cut);
    const auto at = MediaTime::from_ns(std::llround(cut * 1e9));
    if (at >= MediaTime{58s}) continue;  // no key frame behind it shows another scene
    const auto holds = [&](const Window& window) {
      return window.is_read && window.is_for_cut && window.span.contains(at) &&
             window.enough_at > window.span.end;
    };
    CHECK(std::ranges::any_of(choice.windows, holds));
    CHECK(std::ranges::any_of(choice.outstanding,
                              [&](MediaTime time) { return abs(time - at) <= 40ms; }));
  }
}

TEST_CASE("where every cut is looked for, both sides of a key frame in a dissolve are read") {
  // Other scenes elsewhere, for the stretch to be an edited one.
  const std::vector<double> cuts{9, 17, 25, 33, 49, 57};
  const Scene scene = [first = cut_at(cuts, 5), second = still(77)](int x, int y, double s) {
    if (s < 37 || s >= 44) return first(x, y, s);
    const double share = std::clamp((s - 39.5) / 1.0, 0.0, 1.0);
    return first(x, y, s) * (1 - share) + second(x, y, s) * share;
  };
  const auto choice = choose_every_cut(packets_of_edit(cuts), scene);
  for (const MediaTime moment : {MediaTime{39s}, MediaTime{41s}}) {
    const auto window = std::ranges::find_if(
        choice.windows, [&](const Window& w) { return w.span.contains(moment); });
    REQUIRE(window != choice.windows.end());
    CHECK(window->is_read);
    CHECK(window->is_for_cut);
  }
}

TEST_CASE("a stretch with a cut every two seconds is read, packets would tell too little") {
  std::vector<double> cuts;
  for (double t = 3; t < 60; t += 2) cuts.push_back(t);
  const auto packets = packets_of_edit(cuts);
  const auto keys = key_pictures(cut_at(cuts, 5), packets);
  const auto choice = choose_windows({{}, MediaTime{60s}}, packets, keys, kLarge);
  CHECK(choice.windows.size() >= 28);
  CHECK(choice.told.empty());
  CHECK(std::ranges::all_of(choice.windows, &Window::is_read));
}

TEST_CASE("a stretch of one scene is read wherever something may happen") {
  const PacketFilm film{.gop = 2, .other_bytes = 200, .busy = {MediaTime{10s}, MediaTime{38s}}};
  const auto packets = make_packets(film);
  const auto keys = key_pictures(box_between(10, 38), packets);
  const auto choice = choose_windows({{}, MediaTime{60s}}, packets, keys, kLarge);
  CHECK(choice.windows.size() > 12);  // 20 s would be 10
  CHECK(choice.told.empty());
  CHECK(std::ranges::all_of(choice.windows, &Window::is_read));
}

TEST_CASE("the last second of a large picture's window may pass unseen if it is the calmer part") {
  const auto enough_after = [](double busy_from, double busy_to) {
    const auto at = [](double t) { return MediaTime{} + MediaDuration(std::llround(t * 1e9)); };
    const auto packets = make_packets({.busy = {at(20 + busy_from), at(20 + busy_to)}});
    const auto choice =
        choose_windows({{}, MediaTime{60s}}, packets, key_pictures(still(1), packets), kLarge);
    REQUIRE(choice.windows.size() == 1);
    return to_seconds(choice.windows[0].enough_at - choice.windows[0].span.begin);
  };
  CHECK(enough_after(0.2, 0.6) == doctest::Approx(1));
  CHECK(enough_after(1.5, 1.8) >= 1.8);
}

TEST_CASE("every frame of a window counts where its packets may hide a cut") {
  const TimeSpan span{{}, MediaTime{60s}};
  auto packets = packets_of_edit({21});
  const auto hidden = choose_windows(span, packets, key_pictures(cut_at({21}, 5), packets), kGaps);
  REQUIRE(hidden.windows.size() == 1);
  CHECK(hidden.windows[0].may_hide_cut);
  const PacketFilm busy{.busy = {MediaTime{20500ms}, MediaTime{21500ms}}};
  packets = make_packets(busy);
  const auto moving = choose_windows(span, packets, key_pictures(still(1), packets), kGaps);
  REQUIRE(moving.windows.size() == 1);
  CHECK_FALSE(moving.windows[0].may_hide_cut);
}
