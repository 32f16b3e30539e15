// Live sources on the loopback interface: playlists that grow, servers that go away.

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "ingest/live_stream.h"
#include "support/hls_origin.h"
#include "support/make_clip.h"
#include "support/rtsp_camera.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace std::chrono_literals;
using ingest::LiveOptions;
using ingest::LiveStream;
using test::HlsOrigin;
using test::painted_number;
using test::TempDir;

namespace {

constexpr int kSegments = 8;
constexpr int kFrames = 25;  // of a segment, one second

/// Segments of one second that go on from one to the next, the frame numbers too.
std::vector<std::string> make_segments(const TempDir& dir) {
  const std::string pattern = dir.file("s%d.ts");
  test::make_clip(pattern,
                  test::numbered({.frames = kSegments * kFrames},
                                 {"-c:v", "libx264", "-preset", "ultrafast", "-g", "25",
                                  "-keyint_min", "25", "-sc_threshold", "0", "-f", "segment",
                                  "-segment_time", "1", "-segment_format", "mpegts"}));
  std::vector<std::string> segments;
  for (int i = 0; i < kSegments; ++i) segments.push_back(dir.file(fmt::format("s{}.ts", i)));
  return segments;
}

struct Seen {
  std::vector<int> numbers;
  std::vector<TimeSpan> gaps;
};

/// Reads on until the last frame of segment `last`, or the end of the stream.
void read_until(LiveStream& stream, int last, Seen& seen) {
  while (auto live = stream.next()) {
    seen.numbers.push_back(painted_number(live->frame.luma(64, 36).view()));
    CHECK(to_seconds(live->frame.time()) >= 0);
    if (live->gap) seen.gaps.push_back(*live->gap);
    // The last frames of a segment come out with the next one.
    if (seen.numbers.back() >= (last + 1) * kFrames - 10) return;
  }
}

LiveOptions impatient() {
  return {.stall = 3s, .patience = 4s, .first_pause = 50ms};
}

}  // namespace

TEST_CASE("a playlist that grows is read to its end, every frame once") {
  const TempDir dir;
  const auto segments = make_segments(dir);
  HlsOrigin origin;
  for (int i = 0; i < 3; ++i) origin.add(segments[static_cast<std::size_t>(i)], 1);
  CHECK(ingest::is_live({"l", origin.url()}));
  LiveStream stream({"l", origin.url()}, impatient());
  Seen seen;
  for (int i = 3; i < kSegments; ++i) {
    read_until(stream, i - 1, seen);
    origin.add(segments[static_cast<std::size_t>(i)], 1);
  }
  origin.finish();
  read_until(stream, kSegments, seen);
  REQUIRE(seen.numbers.size() == kSegments * kFrames);
  for (int i = 0; i < kSegments * kFrames; ++i)
    CHECK(seen.numbers[static_cast<std::size_t>(i)] == i);
  CHECK(seen.gaps.empty());
  CHECK_FALSE(stream.next());
}

TEST_CASE("a finished playlist is a video like others, and can be read as if it were live") {
  const TempDir dir;
  const auto segments = make_segments(dir);
  HlsOrigin origin;
  for (int i = 0; i < 2; ++i) origin.add(segments[static_cast<std::size_t>(i)], 1);
  origin.finish();
  CHECK_FALSE(ingest::is_live({"l", origin.url()}));
  LiveStream stream({"l", origin.url()}, impatient());
  Seen seen;
  read_until(stream, kSegments, seen);
  CHECK(seen.numbers.size() == 2 * kFrames);
  CHECK(stream.stats().connections == 1);
}

TEST_CASE("a server that goes away and returns: what it still has is not lost, the rest is a gap") {
  const TempDir dir;
  const auto segments = make_segments(dir);
  HlsOrigin origin;
  for (int i = 0; i < 3; ++i) origin.add(segments[static_cast<std::size_t>(i)], 1);
  bool is_gone = false;
  SUBCASE("the playlist still shows what was missed") {}
  SUBCASE("what was missed is gone") { is_gone = true; }
  LiveStream stream({"l", origin.url()}, impatient());
  Seen seen;
  read_until(stream, 2, seen);
  origin.set_away(true);
  std::jthread server([&] {
    std::this_thread::sleep_for(1200ms);
    if (!is_gone) origin.add(segments[3], 1);
    origin.add(segments[4], 1);
    origin.set_away(false);
    origin.finish();
  });
  read_until(stream, kSegments, seen);
  server.join();
  CHECK(seen.numbers.back() == 5 * kFrames - 1);
  CHECK(seen.numbers.size() == static_cast<std::size_t>((is_gone ? 4 : 5) * kFrames));
  CHECK(seen.gaps.size() == (is_gone ? 1 : 0));
  if (is_gone) CHECK(to_seconds(seen.gaps.at(0).length()) == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("a server that stays away is the end of what came before it") {
  const TempDir dir;
  const auto segments = make_segments(dir);
  HlsOrigin origin;
  for (int i = 0; i < 2; ++i) origin.add(segments[static_cast<std::size_t>(i)], 1);
  std::vector<std::string> warnings;
  const Logger logger(LogLevel::warn,
                      [&](LogLevel, std::string_view line) { warnings.emplace_back(line); });
  auto options = impatient();
  options.patience = 300ms;
  LiveStream stream({"l", origin.url()}, options, {}, logger);
  Seen seen;
  read_until(stream, 0, seen);
  origin.set_away(true);
  read_until(stream, kSegments, seen);
  CHECK(seen.numbers.size() >= 2 * kFrames - 2);
  REQUIRE_FALSE(warnings.empty());
  CHECK(warnings.back() == "'" + origin.url() + "' did not come back in 0.3 s: taken for its end");
}

TEST_CASE("a camera is read through rtsp, and again after it was gone") {
  const TempDir dir;
  const auto clip = [&](const std::string& name) {
    return test::make_clip(dir.file(name),
                           test::numbered({.frames = 75}, {"-c:v", "libx264", "-g", "25"}));
  };
  test::RtspCamera camera({clip("a.ts"), clip("b.ts")});
  std::vector<std::string> warnings;
  const Logger logger(LogLevel::warn,
                      [&](LogLevel, std::string_view line) { warnings.emplace_back(line); });
  LiveOptions options{.stall = 5s, .patience = 900ms, .first_pause = 300ms};
  const std::string url = camera.url("me:secret");
  CHECK(ingest::is_live({url, url}));
  LiveStream stream({url, url}, options, {}, logger);
  CHECK(stream.name() == camera.url());
  std::vector<int> numbers;
  std::vector<TimeSpan> gaps;
  MediaTime last{-1ms};
  int parts = 0;
  while (auto live = stream.next()) {
    CHECK(live->frame.time() > last);
    last = live->frame.time();
    numbers.push_back(painted_number(live->frame.luma(64, 36).view()));
    if (live->gap) gaps.push_back(*live->gap);
    parts = live->part + 1;
  }
  CHECK(numbers.size() >= 148);
  CHECK(numbers.front() <= 1);
  // The last picture of a transport stream ends where the next one begins.
  CHECK(numbers.back() >= 73);
  CHECK(parts == 2);
  CHECK(stream.stats().connections == 2);
  REQUIRE(gaps.size() == 1);
  CHECK(to_seconds(gaps[0].begin) == doctest::Approx(3).epsilon(0.05));
  CHECK(to_seconds(gaps[0].length()) >= 0.25);
  REQUIRE(warnings.size() >= 2);
  CHECK(warnings.back() == "'" + camera.url() + "' did not come back in 0.9 s: taken for its end");
  for (const auto& line : warnings) CHECK(line.find("secret") == std::string::npos);
}
