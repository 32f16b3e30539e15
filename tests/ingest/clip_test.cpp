#include "ingest/clip.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include <doctest/doctest.h>

#include "core/error.h"
#include "ingest/probe.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::ingest;

namespace {

TimeSpan span(double begin, double end) {
  return {MediaTime{from_seconds(begin)}, MediaTime{from_seconds(end)}};
}

/// 200 pictures, 25 a second, a key frame a second, with pictures that are reordered.
std::string make_original(const test::TempDir& dir, const std::string& name, bool with_sound) {
  std::vector<std::string> more;
  if (with_sound) more = {"-f", "lavfi", "-i", "sine=frequency=440:duration=8", "-c:a", "aac"};
  const std::vector<std::string> video{
      "-c:v", "libx264", "-g", "25", "-sc_threshold", "0", "-bf", "2", "-pix_fmt", "yuv420p"};
  more.insert(more.end(), video.begin(), video.end());
  return test::make_clip(dir.file(name), test::numbered({.frames = 200}, more));
}

struct Picture {
  int number = 0;
  double time = 0;
};

std::vector<Picture> pictures_of(const std::string& path) {
  std::vector<Picture> pictures;
  VideoReader reader(path);
  while (const auto frame = reader.next())
    pictures.push_back({test::painted_number(frame->rgb().view()), to_seconds(frame->time())});
  CHECK(reader.stats().errors == 0);
  return pictures;
}

std::string message_of(const std::function<void()>& call, ErrorCode code) {
  try {
    call();
  } catch (const Error& e) {
    CHECK(e.code() == code);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a clip has the pictures of its stretches from the key frame on, and no others") {
  const test::TempDir dir;
  for (const std::string from : {"a.mp4", "a.mkv", "a.ts"}) {
    for (const std::string to : {"b.mp4", "b.mkv", "b.mov"}) {
      CAPTURE(from);
      CAPTURE(to);
      const auto original = make_original(dir, from, false);
      // Out of order, two of them one behind the other.
      const std::vector<TimeSpan> wanted{span(6.12, 6.52), span(2.2, 2.8), span(2.8, 3.0)};
      const auto scan = scan_packets(original);
      const auto parts = copy_stretches(original, scan, wanted, dir.file(to));
      REQUIRE(parts.size() == 2);
      CHECK(to_seconds(parts[0].begin) == doctest::Approx(2.0).epsilon(1e-3));
      CHECK(to_seconds(parts[1].begin) == doctest::Approx(6.0).epsilon(1e-3));
      CHECK(parts[0].end >= wanted[2].end);

      const auto pictures = pictures_of(dir.file(to));
      std::vector<int> numbers;
      for (const auto& picture : pictures) numbers.push_back(picture.number);
      CHECK(std::is_sorted(numbers.begin(), numbers.end()));
      for (int number = 0; number < 200; ++number) {
        CAPTURE(number);
        const bool is_there = std::binary_search(numbers.begin(), numbers.end(), number);
        const bool is_wanted =
            (number >= 50 && number < 75) || (number >= 150 && number * 0.04 < 6.52);
        // One that others in the stretch rest on may come with them.
        const bool may_come = (number >= 75 && number < 80) || (number >= 163 && number < 168);
        if (!may_come) CHECK(is_there == is_wanted);
      }
      CHECK(pictures.front().time == 0);
      const auto second =
          std::find_if(pictures.begin(), pictures.end(), [](auto& p) { return p.number == 150; });
      REQUIRE(second != pictures.end());
      CHECK(second->time >= 1.0);
      CHECK(second->time < 1.3);
    }
  }
}

TEST_CASE("sound comes along where the container can hold it") {
  const test::TempDir dir;
  const auto original = make_original(dir, "a.mp4", true);
  const auto scan = scan_packets(original);
  const std::vector<TimeSpan> wanted{span(1, 2), span(5, 6)};
  (void)copy_stretches(original, scan, wanted, dir.file("b.mp4"));
  const auto facts = probe_media(dir.file("b.mp4"));
  CHECK(facts.streams.size() == 2);
  CHECK(to_seconds(scan_packets(dir.file("b.mp4")).end) == doctest::Approx(2.0).epsilon(0.1));
}

TEST_CASE("a stretch beyond the end is cut to it") {
  const test::TempDir dir;
  const auto original = make_original(dir, "a.mp4", false);
  const auto scan = scan_packets(original);
  const std::vector<TimeSpan> wanted{span(7.5, 100)};
  const auto parts = copy_stretches(original, scan, wanted, dir.file("b.mp4"));
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].end == scan.end);
  CHECK(pictures_of(dir.file("b.mp4")).back().number == 199);
}

TEST_CASE("a stretch that a cut-off file no longer has is refused, and nothing is left behind") {
  const test::TempDir dir;
  const auto original = make_original(dir, "a.mkv", false);
  const auto scan = scan_packets(original);
  std::filesystem::resize_file(original, std::filesystem::file_size(original) / 2);
  const std::vector<TimeSpan> wanted{span(1, 2), span(7, 8)};
  CHECK(message_of([&] { (void)copy_stretches(original, scan, wanted, dir.file("b.mp4")); },
                   ErrorCode::unreadable_input)
            .find("nothing can be read at 00:00:07.000") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(dir.file("b.mp4")));
}

TEST_CASE("what cannot be cut is refused and leaves nothing behind") {
  const test::TempDir dir;
  const auto original = make_original(dir, "a.mp4", false);
  const auto scan = scan_packets(original);
  const std::vector<TimeSpan> wanted{span(1, 2)};
  const auto cut = [&](const std::string& output, const std::vector<TimeSpan>& stretches) {
    return [&, output, stretches] { (void)copy_stretches(original, scan, stretches, output); };
  };
  CHECK(message_of(cut(dir.file("b.mp4"), {}), ErrorCode::usage).find("nothing of '") == 0);
  CHECK(message_of(cut(dir.file("b.mp4"), {span(9, 10)}), ErrorCode::usage).find("nothing of") ==
        0);
  CHECK(message_of(cut(original, wanted), ErrorCode::usage).find("is the video itself") !=
        std::string::npos);
  CHECK(message_of(cut(dir.file("b.none"), wanted), ErrorCode::usage)
            .find("no container is known for '") == 0);
  CHECK(message_of(cut(dir.file("b.webm"), wanted), ErrorCode::usage) ==
        "'" + dir.file("b.webm") + "' cannot hold h264 video; name it .mkv");
  CHECK(message_of(cut(dir.file("none/b.mp4"), wanted), ErrorCode::store).find("cannot write '") ==
        0);
  auto untimed = scan;
  untimed.packets_without_time = 1;
  CHECK(message_of([&] { (void)copy_stretches(original, untimed, wanted, dir.file("b.mp4")); },
                   ErrorCode::unreadable_input)
            .find("cannot be cut by copying") != std::string::npos);
  CHECK(
      message_of([&] { (void)copy_stretches(dir.file("x.mp4"), scan, wanted, dir.file("b.mp4")); },
                 ErrorCode::unreadable_input) != "");
  CHECK_FALSE(std::filesystem::exists(dir.file("b.mp4")));
  CHECK_FALSE(std::filesystem::exists(dir.file("b.webm")));
  CHECK(std::filesystem::file_size(original) > 1000);
}
