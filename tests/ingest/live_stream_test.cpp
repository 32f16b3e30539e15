#include "ingest/live_stream.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "support/make_clip.h"
#include "support/pipe_writer.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace std::chrono_literals;
using ingest::LiveOptions;
using ingest::LiveStream;
using test::make_clip;
using test::numbered;
using test::painted_number;
using test::PipeWriter;
using test::TempDir;

namespace {

ingest::Source source_of(const PipeWriter& writer) { return {writer.path(), writer.path()}; }

struct Seen {
  std::vector<int> numbers;
  std::vector<double> times;
  std::vector<TimeSpan> gaps;
};

Seen read_all(LiveStream& stream) {
  Seen seen;
  while (auto live = stream.next()) {
    seen.numbers.push_back(painted_number(live->frame.luma(64, 36).view()));
    seen.times.push_back(to_seconds(live->frame.time()));
    if (live->gap) seen.gaps.push_back(*live->gap);
  }
  return seen;
}

void check_rising(const std::vector<double>& times) {
  for (std::size_t i = 1; i < times.size(); ++i) REQUIRE(times[i - 1] < times[i]);
}

std::string refusal_of(const ingest::Source& source, const LiveOptions& options = {}) {
  try {
    LiveStream stream(source, options);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::unreadable_input);
    return e.what();
  }
  return "nothing was refused";
}

}  // namespace

TEST_CASE("a pipe gives every frame once, and the chosen ones again") {
  const TempDir dir;
  for (const std::string name : {"v.mkv", "v.ts", "v.h264"}) {
    CAPTURE(name);
    const auto clip = make_clip(
        dir.file(name), numbered({.frames = 100}, {"-c:v", "libx264", "-g", "25", "-bf", "2"}));
    const PipeWriter writer(dir.file("pipe"), {clip});
    LiveStream stream(source_of(writer), {});
    CHECK(stream.facts().width == 128);
    std::vector<MediaTime> times;
    std::vector<int> numbers;
    while (auto live = stream.next()) {
      CHECK_FALSE(live->gap);
      CHECK(live->part == 0);
      numbers.push_back(painted_number(live->frame.luma(64, 36).view()));
      times.push_back(live->frame.time());
      const std::size_t n = times.size();
      if (n % 30 != 0) continue;
      // Two of the last second, and what lies before is forgotten.
      auto& reader = stream.reader(0, times[n - 25]);
      for (const std::size_t i : {n - 25, n - 5}) {
        reader.seek(times[i]);
        const auto again = reader.next();
        REQUIRE(again);
        CHECK(again->time() == times[i]);
        CHECK(painted_number(again->luma(64, 36).view()) == numbers[i]);
      }
      stream.forget_before(0, times[n - 5]);
    }
    REQUIRE(numbers.size() == 100);
    for (int i = 0; i < 100; ++i) CHECK(numbers[static_cast<std::size_t>(i)] == i);
    CHECK(to_seconds(times.back()) == doctest::Approx(99 / 25.0).epsilon(0.001));
    CHECK(stream.stats().packets == 100);
    CHECK(stream.stats().connections == 1);
  }
}

TEST_CASE("without key frames the second decoder stays near, and packets are few") {
  const TempDir dir;
  // One group of 60 seconds.
  const auto clip = make_clip(
      dir.file("v.ts"),
      numbered({.frames = 1500}, {"-c:v", "libx264", "-preset", "ultrafast", "-g", "9999"}));
  const PipeWriter writer(dir.file("pipe"), {clip});
  LiveStream stream(source_of(writer), {});
  std::vector<MediaTime> times;
  while (auto live = stream.next()) {
    times.push_back(live->frame.time());
    if (times.size() % 50 == 0) stream.forget_before(0, times[times.size() - 50]);
  }
  REQUIRE(times.size() == 1500);
  CHECK(stream.stats().most_kept_packets < 20 * 25);
  auto& reader = stream.reader(0, times[1470]);
  reader.seek(times[1470]);
  const auto again = reader.next();
  REQUIRE(again);
  CHECK(painted_number(again->luma(64, 36).view()) == 1470);
}

TEST_CASE("long groups of pictures give every frame that is asked for, also near a key frame") {
  const TempDir dir;
  // Groups of 25 s, ten pictures a second.
  const auto clip = make_clip(dir.file("v.mkv"),
                              numbered({.frames = 600, .rate = "10"},
                                       {"-c:v", "libx264", "-g", "250", "-sc_threshold", "0"}));
  const PipeWriter writer(dir.file("pipe"), {clip});
  LiveStream stream(source_of(writer), {});
  std::vector<MediaTime> times;
  std::size_t done = 0;
  while (auto live = stream.next()) {
    times.push_back(live->frame.time());
    // Steps of 2 s, decided 2 s later; one in three has a pair, and its second frame ends it.
    if (times.size() < done + 40) continue;
    for (const std::size_t i : {done + 4, done + 19}) {
      if (done % 60 != 0) continue;
      auto& reader = stream.reader(0, times[done]);
      reader.seek(times[i]);
      const auto again = reader.next();
      REQUIRE(again);
      REQUIRE(again->time() == times[i]);
      CHECK(painted_number(again->luma(64, 36).view()) == static_cast<int>(i));
    }
    done += 20;
    stream.forget_before(0, times[done]);
  }
  CHECK(done >= 540);
}

TEST_CASE("packets beyond the bound are dropped, the frames still come") {
  const TempDir dir;
  const auto clip = make_clip(
      dir.file("v.ts"), numbered({.frames = 200}, {"-c:v", "libx264", "-g", "25"}));
  const PipeWriter writer(dir.file("pipe"), {clip});
  LiveStream stream(source_of(writer), {.max_bytes = 20'000});
  const auto seen = read_all(stream);
  CHECK(seen.numbers.size() == 200);
  CHECK(stream.stats().packets_dropped > 0);
  CHECK(stream.stats().most_kept_bytes < 40'000);
}

TEST_CASE("a clock that is set back or runs over goes on") {
  const TempDir dir;
  const auto clip = [&](const std::string& name, const std::string& offset) {
    return make_clip(dir.file(name),
                     numbered({.frames = 50},
                              {"-c:v", "libx264", "-g", "25", "-output_ts_offset", offset}));
  };
  SUBCASE("a second file begins anew") {
    const PipeWriter writer(dir.file("pipe"), {clip("a.ts", "100"), clip("b.ts", "3")});
    LiveStream stream(source_of(writer), {});
    const auto seen = read_all(stream);
    CHECK(seen.numbers.size() == 100);
    check_rising(seen.times);
    CHECK(seen.times.back() == doctest::Approx(99 / 25.0).epsilon(0.02));
    CHECK(seen.gaps.empty());
    CHECK(stream.stats().clock_jumps == 1);
  }
  SUBCASE("33 bits are over") {
    const PipeWriter writer(dir.file("pipe"), {clip("a.ts", "95442.7")});
    LiveStream stream(source_of(writer), {});
    const auto seen = read_all(stream);
    CHECK(seen.numbers.size() == 50);
    check_rising(seen.times);
    CHECK(seen.times.back() == doctest::Approx(49 / 25.0).epsilon(0.01));
    CHECK(seen.gaps.empty());
  }
  SUBCASE("a step forward is a gap") {
    const PipeWriter writer(dir.file("pipe"), {clip("a.ts", "0"), clip("b.ts", "62")});
    LiveStream stream(source_of(writer), {});
    const auto seen = read_all(stream);
    CHECK(seen.numbers.size() == 100);
    check_rising(seen.times);
    REQUIRE(seen.gaps.size() == 1);
    CHECK(to_seconds(seen.gaps[0].begin) == doctest::Approx(2).epsilon(0.01));
    CHECK(to_seconds(seen.gaps[0].end) == doctest::Approx(62).epsilon(0.01));
  }
}

TEST_CASE("another size or another codec in the middle is decoded") {
  const TempDir dir;
  const auto first =
      make_clip(dir.file("a.ts"), numbered({.frames = 50}, {"-c:v", "libx264", "-g", "25"}));
  SUBCASE("size") {
    const auto second =
        make_clip(dir.file("b.ts"),
                  numbered({.frames = 50, .width = 192, .height = 144},
                           {"-c:v", "libx264", "-g", "25", "-output_ts_offset", "2"}));
    const PipeWriter writer(dir.file("pipe"), {first, second});
    LiveStream stream(source_of(writer), {});
    std::vector<int> widths;
    int part = 0;
    MediaTime last;
    while (auto live = stream.next()) {
      widths.push_back(live->frame.rgb().width);
      part = live->part;
      last = live->frame.time();
    }
    REQUIRE(widths.size() == 100);
    CHECK(widths.front() == 128);
    CHECK(widths.back() == 192);
    auto& reader = stream.reader(part, last);
    reader.seek(last);
    CHECK(reader.next()->rgb().width == 192);
  }
  SUBCASE("codec, in a stream of its own") {
    const auto second = make_clip(
        dir.file("b.ts"),
        numbered({.frames = 50},
                 {"-c:v", "mpeg2video", "-g", "25", "-output_ts_offset", "2", "-streamid",
                  "0:600"}));
    const PipeWriter writer(dir.file("pipe"), {first, second});
    LiveStream stream(source_of(writer), {});
    const auto seen = read_all(stream);
    CHECK(seen.numbers.size() >= 95);
    check_rising(seen.times);
    CHECK(stream.stats().stream_changes == 1);
  }
}

TEST_CASE("what is known of parts that are decided is forgotten, and of those without pictures") {
  const TempDir dir;
  std::vector<std::string> clips;
  for (int i = 0; i < 5; ++i) {
    // Two of them are larger than is allowed.
    const int times = i == 1 || i == 2 ? 3 : 1;
    clips.push_back(make_clip(
        dir.file(fmt::format("{}.ts", i)),
        numbered({.frames = 50, .width = 128 * times, .height = 96 * times},
                 {"-c:v", i % 2 == 0 ? "libx264" : "mpeg2video", "-g", "25", "-output_ts_offset",
                  std::to_string(2 * i), "-streamid", fmt::format("0:{}", 600 + i)})));
  }
  const PipeWriter writer(dir.file("pipe"), clips);
  LiveOptions options;
  options.limits.max_pixels = 100'000;
  LiveStream stream(source_of(writer), options);
  int frames = 0;
  int last_part = 0;
  std::size_t most = 0;
  while (auto live = stream.next()) {
    ++frames;
    last_part = live->part;
    most = std::max(most, stream.stats().kept_parts);
    stream.forget_before(live->part, live->frame.time());
  }
  CHECK(frames >= 3 * 45);
  CHECK(last_part == 4);
  // That of the frame, and the one before it or that of the packets that are read ahead.
  CHECK(most <= 2);
}

TEST_CASE("what gives no pictures is refused in one sentence") {
  const TempDir dir;
  const auto garbage = dir.file("garbage");
  std::ofstream(garbage) << std::string(100'000, 'x');
  {
    const PipeWriter writer(dir.file("pipe"), {garbage});
    CHECK(refusal_of(source_of(writer)) ==
          "cannot read '" + dir.file("pipe") +
              "': it is not a video, or its header is damaged; check that it plays elsewhere");
  }
  {
    const PipeWriter writer(dir.file("pipe"), {}, /*stays_open=*/true);
    CHECK(refusal_of(source_of(writer), {.stall = 200ms}) ==
          "cannot read '" + dir.file("pipe") +
              "': no data came for 0.2 s; check the program that writes it");
  }
  CHECK(refusal_of({"v", dir.file("v.mp4")}) ==
        "cannot read '" + dir.file("v.mp4") + "': there is no such file; check the path");
  CHECK(refusal_of({"u", "rtsp://me:secret@127.0.0.1:1/cam"}) ==
        "cannot read 'rtsp://127.0.0.1:1/cam': Connection refused; check the URL and that the "
        "server runs");
}

TEST_CASE("a live source may claim no more than a file") {
  const TempDir dir;
  const auto clip =
      make_clip(dir.file("a.ts"), numbered({.frames = 50}, {"-c:v", "libx264", "-g", "25"}));
  const auto refusal = [&](const ingest::InputLimits& limits) {
    const PipeWriter writer(dir.file("pipe"), {clip});
    LiveOptions options;
    options.limits = limits;
    return refusal_of(source_of(writer), options);
  };
  CHECK(refusal({.max_pixels = 100}).find("at most 100 are allowed; raise --max-pixels") !=
        std::string::npos);
  CHECK(refusal({.max_streams = 0}).find("at most 0 are allowed") != std::string::npos);
  SUBCASE("it may go on for as long as it likes") {
    const PipeWriter writer(dir.file("pipe"), {clip});
    LiveOptions options;
    options.limits.max_packets = 1;
    options.limits.max_length = 100ms;
    LiveStream stream(source_of(writer), options);
    const auto seen = read_all(stream);
    CHECK(seen.numbers.size() == 50);
    check_rising(seen.times);
  }
}

TEST_CASE("a source that falls silent ends what came before it, and so does a stop") {
  const TempDir dir;
  const auto clip =
      make_clip(dir.file("a.ts"), numbered({.frames = 50}, {"-c:v", "libx264", "-g", "25"}));
  const PipeWriter writer(dir.file("pipe"), {clip}, /*stays_open=*/true);
  SUBCASE("silence") {
    std::vector<std::string> warnings;
    const Logger logger(LogLevel::warn,
                        [&](LogLevel, std::string_view line) { warnings.emplace_back(line); });
    LiveStream stream(source_of(writer), {.stall = 300ms}, {}, logger);
    CHECK(read_all(stream).numbers.size() == 50);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] ==
          "'" + dir.file("pipe") + "' ended before its time: no data came for 0.3 s");
  }
  SUBCASE("stop") {
    std::stop_source stop;
    LiveStream stream(source_of(writer), {}, stop.get_token());
    std::size_t count = 0;
    while (auto live = stream.next()) {
      if (++count == 10) stop.request_stop();
    }
    CHECK(count >= 10);
    CHECK(count <= 50);
  }
}

TEST_CASE("cameras and broadcasts are live, files are not") {
  CHECK(ingest::is_live({"c", "rtsp://camera/1"}));
  CHECK(ingest::is_live({"c", "udp://239.0.0.1:1234"}));
  CHECK_FALSE(ingest::is_live({"c", "http://example.invalid/v.mp4"}));
  CHECK_FALSE(ingest::is_live({"c", "/videos/rtsp.mp4"}));
  CHECK_FALSE(ingest::is_live({"c", "-"}));
}
