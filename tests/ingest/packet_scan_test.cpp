#include "ingest/packet_scan.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>

#include <doctest/doctest.h>

#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace std::chrono_literals;
using hindsight::MediaTime;
using hindsight::ingest::scan_packets;
using hindsight::ingest::VideoReader;
using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::TempDir;

TEST_CASE("the content hash follows the content, not the name") {
  const TempDir dir;
  const auto clip =
      make_clip(dir.file("a.mp4"), numbered({.frames = 30}, {"-c:v", "libx264", "-g", "10"}));
  const auto hash = scan_packets(clip).content_hash;
  CHECK(hash.size() == 32);
  std::filesystem::copy(clip, dir.file("renamed copy.bin"));
  CHECK(scan_packets(dir.file("renamed copy.bin")).content_hash == hash);
  const auto other = make_clip(
      dir.file("b.mp4"), numbered({.frames = 30}, {"-c:v", "libx264", "-g", "10", "-crf", "24"}));
  CHECK(scan_packets(other).content_hash != hash);
  const auto shorter = make_clip(dir.file("c.mp4"), {"-i", clip, "-c", "copy", "-frames:v", "29"});
  CHECK(scan_packets(shorter).content_hash != hash);
}

TEST_CASE("the content hash follows the orientation, and only where there is one") {
  const TempDir dir;
  const auto clip =
      make_clip(dir.file("a.mp4"), numbered({.frames = 10}, {"-c:v", "libx264", "-g", "10"}));
  const auto turned = [&](const std::string& degrees) {
    const std::vector<std::string> remux{
        "-i", clip, "-c", "copy", "-metadata:s:v:0", "rotate=" + degrees};
    return scan_packets(make_clip(dir.file(degrees + ".mp4"), remux));
  };
  const auto upright = scan_packets(clip).content_hash;
  CHECK(turned("0").content_hash == upright);
  const auto quarter = turned("90");
  CHECK(quarter.facts.rotation_degrees % 180 == 90);
  CHECK(quarter.content_hash != upright);
  CHECK(turned("180").content_hash != upright);
  CHECK(turned("270").content_hash != quarter.content_hash);
}

TEST_CASE("the profile adds up, and its times are those of the reader") {
  const TempDir dir;
  struct Row {
    std::string name;
    std::vector<std::string> encoder;
  };
  const std::vector<Row> rows{
      {"plain.mp4", {"-c:v", "libx264", "-g", "10", "-bf", "2"}},
      {"late.ts", {"-c:v", "libx264", "-g", "10", "-bf", "2", "-output_ts_offset", "90"}},
      {"raw.avi", {"-c:v", "libx264", "-g", "10", "-bf", "2"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto clip = make_clip(dir.file(row.name), numbered({.frames = 60}, row.encoder));
    const auto scan = scan_packets(clip);
    CHECK(scan.num_packets == 60);
    CHECK(scan.key_frames.size() >= 6);
    CHECK(std::ranges::is_sorted(scan.key_frames));
    CHECK(scan.key_frames.front() <= MediaTime{80ms});
    CHECK(scan.bins.size() == 3);
    std::int64_t bytes = 0;
    std::int64_t packets = 0;
    for (const auto& bin : scan.bins) {
      bytes += bin.key_bytes + bin.other_bytes;
      packets += bin.key_packets + bin.other_packets;
    }
    CHECK(bytes == scan.num_bytes);
    CHECK(packets == scan.num_packets);
    CHECK(std::chrono::abs(scan.end - MediaTime{2400ms}) <= 80ms);
    VideoReader reader(clip);
    CHECK(reader.facts().start_pts == scan.facts.start_pts);
    CHECK(reader.next()->time() == MediaTime{});
  }
}

TEST_CASE("a time that cannot be true does not make the profile long") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("far.mkv"),
                              numbered({.frames = 30},
                                       {"-vf",
                                        "setpts='if(gte(N,20),PTS+7200000/TB,PTS)'",
                                        "-fps_mode",
                                        "passthrough",
                                        "-c:v",
                                        "mjpeg"}));
  const auto scan = scan_packets(clip);
  CHECK(scan.num_packets == 30);
  CHECK(scan.packets_without_time == 10);
  CHECK(scan.bins.size() == 2);
}

TEST_CASE("a picture lasts until the next one starts, at any frame rate and in any tick") {
  const TempDir dir;
  struct Row {
    std::string name;
    std::string filter;  // of the times
    std::vector<std::string> options;
  };
  const std::vector<Row> rows{
      {"ticks.mkv", "", {}},
      {"variable.mkv", "setpts='(N*N/40+N)/TB/30'", {"-fps_mode", "passthrough"}},
      {"variable.mp4", "setpts='(N*N/40+N)/TB/30'", {"-fps_mode", "passthrough"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    std::vector<std::string> more{"-c:v", "libx264", "-bf", "2", "-g", "12"};
    if (!row.filter.empty()) more.insert(more.end(), {"-vf", row.filter});
    more.insert(more.end(), row.options.begin(), row.options.end());
    const auto clip =
        make_clip(dir.file(row.name), numbered({.frames = 30, .rate = "30000/1001"}, more));
    VideoReader reader(clip);
    VideoReader seeker(clip);
    MediaTime end;
    for (int number = 0; const auto frame = reader.next(); ++number) {
      CAPTURE(number);
      CHECK(frame->time() == end);
      CHECK(frame->duration() > 0ns);
      end = frame->time() + frame->duration();
      // The last nanosecond of the picture still shows it.
      seeker.seek(end - 1ns);
      const auto shown = seeker.next();
      REQUIRE(shown.has_value());
      CHECK(hindsight::test::painted_number(shown->luma(64, 36).view()) == number);
    }
  }
}
