#include "sampler/windows.h"

#include <algorithm>
#include <cmath>
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

constexpr LookGaps kGaps{.longest = 10s, .blind = 4s};
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
