#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "clip_tools.h"
#include "core/error.h"
#include "ingest/detail/container_size.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using hindsight::Logger;
using hindsight::LogLevel;
using hindsight::ingest::scan_packets;
using hindsight::ingest::VideoReader;
using hindsight::ingest::detail::bytes_cut_off;
using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::refusal;
using hindsight::test::TempDir;

namespace {

std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

struct Reading {
  int num_frames = 0;
  bool ascending = true;
  std::vector<std::string> warnings;
};

Reading read_all(const std::string& path) {
  Reading reading;
  const Logger logger(LogLevel::warn, [&](LogLevel, std::string_view line) {
    reading.warnings.emplace_back(line);
  });
  VideoReader reader(path, {}, logger);
  std::int64_t last = INT64_MIN;
  while (const auto frame = reader.next()) {
    reading.ascending =
        reading.ascending && frame->time().ns() > last && frame->duration().count() > 0;
    last = frame->time().ns();
    ++reading.num_frames;
  }
  return reading;
}

const std::vector<std::string> kX264{"-c:v", "libx264", "-bf", "2", "-g", "10"};

}  // namespace

TEST_CASE("what cannot be read is refused in one sentence") {
  const TempDir dir;
  write_bytes(dir.file("empty.mp4"), "");
  write_bytes(dir.file("notes.txt"), "Bring milk.\n");
  write_bytes(dir.file("notes.mp4"), std::string(5000, 'x'));
  make_clip(dir.file("sound.m4a"), {"-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"});
  const auto clip = make_clip(dir.file("v.mp4"), numbered({.frames = 5}, kX264));
  const auto cut = make_clip(dir.file("whole.mp4"), numbered({.frames = 40}, kX264));
  write_bytes(dir.file("no_index.mp4"), read_bytes(cut).substr(0, 6000));
  struct Row {
    std::string name;
    int stream;
    std::string reason;
  };
  const std::string no_video =
      "it is not a video, or its header is damaged; check that it plays elsewhere";
  const std::vector<Row> rows{
      {"missing.mp4", -1, "there is no such file; check the path"},
      {"empty.mp4", -1, "the file is empty; copy or record it again"},
      {"notes.txt", -1, no_video},
      {"notes.mp4", -1, no_video},
      {"no_index.mp4", -1, no_video},
      {"", -1, "it is a folder; name a video file in it"},
      {"v.mp4/inside", -1, "there is no such file; check the path"},
      {"sound.m4a", -1, "it has sound but no video stream; name a file with pictures"},
      {"v.mp4", 7, "there is no stream 7, it has streams 0 to 0; see 'hindsight probe'"},
      {"sound.m4a", 0, "it has sound but no video stream; name a file with pictures"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto path = dir.file(row.name);
    const auto refused = refusal(path, {.stream = row.stream});
    CHECK(refused.code == 3);
    CHECK(refused.message == "cannot read '" + path + "': " + row.reason);
    CHECK_THROWS_AS((void)scan_packets(path, {.stream = row.stream}), hindsight::Error);
  }
  CHECK(refusal("-").message ==
        "cannot read '-': only 'hindsight ingest' reads a pipe; save it to a file first");
  CHECK(refusal("nosuch://host/v.mp4").message ==
        "cannot read 'nosuch://host/v.mp4': this kind of URL is not supported; use http, https or "
        "rtsp, or a local file");
}

TEST_CASE("a file without permission is refused") {
  if (geteuid() == 0) {
    MESSAGE("skipped: root may read everything");
    return;
  }
  const TempDir dir;
  write_bytes(dir.file("locked.mp4"), "x");
  std::filesystem::permissions(dir.file("locked.mp4"), std::filesystem::perms::none);
  CHECK(refusal(dir.file("locked.mp4")).message ==
        "cannot read '" + dir.file("locked.mp4") +
            "': permission denied; make the file readable for this user");
}

TEST_CASE("a file cut off in the middle yields its first half") {
  const TempDir dir;
  for (const std::string name : {"v.mkv", "v.ts", "v.avi", "v.mp4"}) {
    CAPTURE(name);
    auto arguments = kX264;
    if (name == "v.mp4") arguments.insert(arguments.end(), {"-movflags", "+faststart"});
    const auto whole = make_clip(dir.file(name), numbered({.frames = 60}, arguments));
    const auto bytes = read_bytes(whole);
    write_bytes(dir.file("cut-" + name), bytes.substr(0, bytes.size() * 6 / 10));
    const auto reading = read_all(dir.file("cut-" + name));
    CHECK(reading.num_frames > 20);
    CHECK(reading.num_frames < 60);
    CHECK(reading.ascending);
    const auto scan = scan_packets(dir.file("cut-" + name));
    CHECK(scan.num_packets >= reading.num_frames);
    // A transport stream does not say how long it should be.
    if (name == "v.ts") {
      CHECK(reading.warnings.size() <= 1);
      continue;
    }
    REQUIRE(reading.warnings.size() == 1);
    const auto missing = bytes.size() - bytes.size() * 6 / 10;
    CHECK(reading.warnings[0].find(fmt::format("its last {} bytes are missing; the rest was read",
                                               missing)) != std::string::npos);
  }
}

TEST_CASE("how much a file lacks is told from its own lengths, and only from them") {
  const TempDir dir;
  for (const std::string name :
       {"v.mkv", "v.webm", "v.avi", "v.mp4", "v.mov", "first.mp4", "parts.mp4", "live.mkv"}) {
    CAPTURE(name);
    auto arguments = kX264;
    if (name == "v.webm") arguments = {"-c:v", "libvpx-vp9", "-cpu-used", "8"};
    if (name == "first.mp4") arguments.insert(arguments.end(), {"-movflags", "+faststart"});
    if (name == "parts.mp4")
      arguments.insert(arguments.end(), {"-movflags", "+frag_keyframe+empty_moov"});
    if (name == "live.mkv") arguments.insert(arguments.end(), {"-live", "1"});
    const auto whole = make_clip(dir.file(name), numbered({.frames = 30}, arguments));
    CHECK(bytes_cut_off(whole) == 0);
    const auto bytes = read_bytes(whole);
    write_bytes(dir.file("short-" + name), bytes.substr(0, bytes.size() - 7));
    // Nobody filled in the length of a live recording.
    CHECK(bytes_cut_off(dir.file("short-" + name)) == (name == "live.mkv" ? 0 : 7));
    write_bytes(dir.file("long-" + name), bytes + std::string(100, '\0'));
    CHECK(bytes_cut_off(dir.file("long-" + name)) == 0);
  }
  write_bytes(dir.file("notes.txt"), "Bring milk, and bread.\n");
  write_bytes(dir.file("tiny"), "RIFF");
  write_bytes(dir.file("absurd.mp4"), std::string("\0\0\0\1mdat\x7F\0\0\0\0\0\0\0", 16));
  write_bytes(dir.file("loop.mp4"), std::string("\0\0\0\2free\0\0\0\0\0\0\0\0", 16));
  for (const std::string name : {"notes.txt", "tiny", "absurd.mp4", "loop.mp4", "missing.mp4", ""}) {
    CAPTURE(name);
    CHECK(bytes_cut_off(dir.file(name)) == 0);
  }
  CHECK(bytes_cut_off("http://127.0.0.1:9/v.mp4") == 0);
}

TEST_CASE("flipped bits never hang or crash, and are reported in one warning with a count") {
  const TempDir dir;
  for (const std::string name : {"v.mkv", "v.ts", "v.mp4", "v.avi"}) {
    const auto bytes = read_bytes(make_clip(dir.file(name), numbered({.frames = 40}, kX264)));
    for (unsigned seed = 1; seed <= 6; ++seed) {
      CAPTURE(name);
      CAPTURE(seed);
      std::mt19937 random(seed);
      auto damaged = bytes;
      for (int i = 0; i < 20; ++i) {
        const auto at = 1500 + random() % (damaged.size() - 4000);
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
      }
      const auto path = dir.file("flipped-" + name);
      write_bytes(path, damaged);
      if (refusal(path).code == 3) continue;  // the header itself was hit
      const auto reading = read_all(path);
      CHECK(reading.num_frames >= 20);
      CHECK(reading.ascending);
      CHECK(reading.warnings.size() <= 1);
      if (!reading.warnings.empty())
        CHECK(reading.warnings[0].starts_with("'" + path + "' is damaged: "));
      VideoReader reader(path);
      for (const int ms : {900, 100, 1500, 0, 1200}) {
        reader.seek(hindsight::MediaTime{std::chrono::milliseconds{ms}});
        CHECK(reader.next().has_value());
      }
    }
  }
}

TEST_CASE("the damaged clip gives all but the lost picture") {
  const auto shared = hindsight::test::shared_dir();
  if (shared.empty()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const auto reading = read_all((shared / "clips/corrupted.mp4").string());
  CHECK(reading.num_frames == 49);
  CHECK(reading.ascending);
  REQUIRE(reading.warnings.size() == 1);
  CHECK(reading.warnings[0].find("corrupted.mp4' is damaged: ") != std::string::npos);
}
