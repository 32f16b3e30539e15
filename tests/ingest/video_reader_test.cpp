#include "ingest/video_reader.h"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "clip_tools.h"
#include "ingest/packet_scan.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace std::chrono_literals;
using hindsight::MediaTime;
using hindsight::ingest::ReaderOptions;
using hindsight::ingest::VideoReader;
using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::painted_number;
using hindsight::test::pixel_hash;
using hindsight::test::TempDir;

namespace {

struct Shown {
  MediaTime time;
  std::string pixels;
};

std::vector<Shown> read_through(const std::string& path, const ReaderOptions& options = {}) {
  VideoReader reader(path, options);
  std::vector<Shown> shown;
  while (auto frame = reader.next()) shown.push_back({frame->time(), pixel_hash(*frame)});
  return shown;
}

/// Every time of the clip, in random order: the picture and its time must be those of reading
/// straight through.
void check_seeks(VideoReader& reader, const std::vector<Shown>& straight) {
  REQUIRE(!straight.empty());
  std::vector<std::size_t> order(straight.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::mt19937 random(7);
  std::ranges::shuffle(order, random);
  std::size_t wrong = 0;
  for (const auto i : order) {
    reader.seek(straight[i].time);
    const auto frame = reader.next();
    if (!frame || frame->time() != straight[i].time || pixel_hash(*frame) != straight[i].pixels)
      ++wrong;
  }
  CHECK(wrong == 0);
}

/// By the container's own index, and by the table that a scan makes where it can.
void check_seeks(const std::string& path, const ReaderOptions& options = {}) {
  const auto straight = read_through(path, options);
  VideoReader by_container(path, options);
  check_seeks(by_container, straight);
  const auto scan = hindsight::ingest::scan_packets(path, options);
  VideoReader by_scan(path, scan, options);
  for (const auto& shown : straight) {
    const auto frame = by_scan.next();
    REQUIRE(frame.has_value());
    CHECK(frame->time() == shown.time);
    CHECK(pixel_hash(*frame) == shown.pixels);
  }
  CHECK_FALSE(by_scan.next().has_value());
  check_seeks(by_scan, straight);
}

std::string microseconds(std::int64_t ticks, hindsight::ingest::Rational base) {
  return fmt::format(
      "{:.6f}",
      static_cast<double>(ticks) * static_cast<double>(base.num) / static_cast<double>(base.den));
}

}  // namespace

TEST_CASE("times of a real film equal the list that others made of it") {
  const auto shared = hindsight::test::shared_dir();
  if (shared.empty()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  for (const int stream : {0, 3}) {
    CAPTURE(stream);
    const auto clip = (shared / "clips/nasa_13013.mp4").string();
    std::ifstream file(fmt::format("{}.stream{}.all_frames_info.json", clip, stream));
    const auto expected = nlohmann::json::parse(file);
    VideoReader reader(clip, {.stream = stream});
    for (const auto& row : expected) {
      const auto frame = reader.next();
      REQUIRE(frame.has_value());
      const auto base = reader.facts().time_base;
      CHECK(microseconds(frame->pts(), base) == row.at("pts_time").get<std::string>());
      CHECK(microseconds(frame->pts_duration(), base) ==
            row.at("duration_time").get<std::string>());
    }
    CHECK_FALSE(reader.next().has_value());
    check_seeks(clip, {.stream = stream});
  }
}

TEST_CASE("every frame is found again in random order, whatever the codec and the container") {
  struct Row {
    std::string name;
    std::vector<std::string> encoder;
  };
  const std::vector<Row> rows{
      {"h264.mp4", {"-c:v", "libx264", "-bf", "3", "-g", "12"}},
      {"open_gop.mp4", {"-c:v", "libx264", "-bf", "3", "-g", "12", "-x264-params", "open-gop=1"}},
      {"h264_one_gop.mkv", {"-c:v", "libx264", "-bf", "2", "-g", "250"}},
      {"h264_refresh.mkv", {"-c:v", "libx264", "-g", "12", "-x264-params", "intra-refresh=1"}},
      {"h264.ts", {"-c:v", "libx264", "-bf", "3", "-g", "12"}},
      {"h264.avi", {"-c:v", "libx264", "-bf", "3", "-g", "12"}},
      {"h264.h264", {"-c:v", "libx264", "-bf", "3", "-g", "12"}},
      {"hevc.mp4",
       {"-c:v", "libx265", "-x265-params", "log-level=none:keyint=12:bframes=3:open-gop=1"}},
      {"vp9.webm", {"-c:v", "libvpx-vp9", "-g", "12", "-deadline", "realtime", "-cpu-used", "8"}},
      {"av1.mkv", {"-c:v", "libsvtav1", "-preset", "12", "-g", "12"}},
      {"mpeg4.avi", {"-c:v", "mpeg4", "-bf", "2", "-g", "12", "-q:v", "3"}},
      {"mpeg4.mp4", {"-c:v", "mpeg4", "-bf", "2", "-g", "12", "-q:v", "3"}},
      {"mpeg2.ts", {"-c:v", "mpeg2video", "-bf", "2", "-g", "12", "-q:v", "3"}},
      {"mjpeg.avi", {"-c:v", "mjpeg", "-q:v", "3"}},
  };
  const TempDir dir;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto clip = make_clip(dir.file(row.name), numbered({.frames = 30}, row.encoder));
    VideoReader reader(clip);
    int number = 0;
    while (const auto frame = reader.next()) {
      CHECK(painted_number(frame->rgb().view()) == number);
      CHECK(painted_number(frame->luma(64, 36).view()) == number);
      CHECK(std::chrono::abs(frame->time() - MediaTime{number * 40ms}) < 1ms);
      ++number;
    }
    CHECK(number == 30);
    CHECK(reader.stats().errors == 0);
    check_seeks(clip);
  }
}

TEST_CASE("a scan tells its reader of the stream what the container tells") {
  const TempDir dir;
  const auto wide =
      make_clip(dir.file("wide.mp4"),
                numbered({.rate = "30000/1001"}, {"-vf", "setsar=4/3", "-c:v", "libx264"}));
  const auto two = make_clip(dir.file("two.mp4"),
                             {"-i",
                              wide,
                              "-f",
                              "lavfi",
                              "-i",
                              "testsrc2=size=64x48:rate=10:duration=1",
                              "-map",
                              "0",
                              "-map",
                              "1",
                              "-c:v",
                              "mpeg4"});
  struct Row {
    std::string path;
    int stream;
    int width;
    int display_width;
  };
  for (const auto& row : {Row{wide, -1, 128, 171}, Row{two, 0, 128, 171}, Row{two, 1, 64, 64}}) {
    CAPTURE(row.path);
    CAPTURE(row.stream);
    const auto scan = hindsight::ingest::scan_packets(row.path, {.stream = row.stream});
    REQUIRE(scan.table != nullptr);
    const VideoReader reader(row.path, scan, {});
    const auto& facts = reader.facts();
    CHECK(facts.width == row.width);
    CHECK(facts.display_width == row.display_width);
    CHECK(facts.index == std::max(0, row.stream));
    CHECK(facts.codec == scan.facts.codec);
    CHECK(facts.pixel_format == scan.facts.pixel_format);
    CHECK(facts.time_base == scan.facts.time_base);
    CHECK(facts.average_frame_rate == scan.facts.average_frame_rate);
    CHECK(facts.height == scan.facts.height);
    CHECK(facts.display_height == scan.facts.display_height);
    CHECK(facts.start_pts == scan.facts.start_pts);
  }
}
