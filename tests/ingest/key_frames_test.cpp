// Reading less than everything: key frames alone, frames that others refer to, packets by time.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "clip_tools.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace std::chrono_literals;
using namespace hindsight;
using hindsight::ingest::Deblocking;
using hindsight::ingest::Frame;
using hindsight::ingest::Frames;
using hindsight::ingest::packets_in;
using hindsight::ingest::scan_packets;
using hindsight::ingest::VideoReader;
using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::pixel_hash;
using hindsight::test::TempDir;

namespace {

struct Coding {
  std::string name;
  std::vector<std::string> options;
};

/// Four seconds, a key frame each half second.
const std::vector<Coding>& codings() {
  static const std::vector<Coding> kCodings{
      {"h264 with B pictures", {"-c:v", "libx264", "-g", "12", "-bf", "3"}},
      {"h264 with open groups",
       {"-c:v", "libx264", "-g", "12", "-x264-params", "open-gop=1:keyint=12:min-keyint=12"}},
      {"hevc with CRA",
       {"-c:v", "libx265", "-x265-params", "keyint=12:min-keyint=12:open-gop=1:log-level=none"}},
      {"mpeg4", {"-c:v", "mpeg4", "-g", "12"}},
  };
  return kCodings;
}

std::vector<int> keys_read(VideoReader& reader, const TimeSpan& span) {
  std::vector<int> numbers;
  reader.read_key_frames(span, [&](const Frame& frame) {
    CHECK(span.contains(frame.time()));
    numbers.push_back(test::painted_number(frame.rgb().view()));
    return true;
  });
  return numbers;
}

}  // namespace

TEST_CASE("key frames alone are those that reading straight through gives, in any span") {
  const TempDir dir;
  for (const auto& coding : codings()) {
    CAPTURE(coding.name);
    const auto path = make_clip(dir.file("a.mp4"), numbered({.frames = 100}, coding.options));
    const auto scan = scan_packets(path);
    REQUIRE(scan.table);
    std::vector<std::pair<MediaTime, std::string>> expected;
    VideoReader straight(path);
    while (const auto frame = straight.next()) {
      if (std::ranges::count(scan.key_frames, frame->time()) > 0) {
        expected.emplace_back(frame->time(), pixel_hash(*frame));
      }
    }
    VideoReader reader(path, scan, {});
    for (const TimeSpan& span : {TimeSpan{{}, MediaTime{9s}},
                                 TimeSpan{MediaTime{1s}, MediaTime{3s}},
                                 TimeSpan{expected[2].first, expected[3].first}}) {
      const auto before = reader.stats().frames_decoded;
      std::vector<std::pair<MediaTime, std::string>> read;
      reader.read_key_frames(span, [&](const Frame& frame) {
        read.emplace_back(frame.time(), pixel_hash(frame));
        return true;
      });
      auto inside = expected;
      std::erase_if(inside, [&](const auto& key) { return !span.contains(key.first); });
      CHECK(read == inside);
      // The one that is entered by may lie before the span.
      CHECK(reader.stats().frames_decoded - before <= std::ssize(inside) + 1);
    }
    // The reader goes on as any other after a seek.
    reader.seek(MediaTime{1s});
    CHECK(test::painted_number(reader.next()->rgb().view()) == 25);
  }
}

TEST_CASE("key frames: enough is enough, an empty span has none, a container serves as well") {
  const TempDir dir;
  const auto path = make_clip(dir.file("a.mkv"), numbered({.frames = 50}, codings()[0].options));
  VideoReader reader(path);
  CHECK(keys_read(reader, {{}, MediaTime{9s}}) == std::vector<int>{0, 12, 24, 36, 48});
  CHECK(keys_read(reader, {MediaTime{1s}, MediaTime{1s}}).empty());
  CHECK(keys_read(reader, {MediaTime{8s}, MediaTime{9s}}).empty());
  int visited = 0;
  reader.read_key_frames({{}, MediaTime{9s}}, [&](const Frame&) { return ++visited < 2; });
  CHECK(visited == 2);
  // Raw H.264 has no times to enter by.
  const auto raw = make_clip(dir.file("a.h264"), numbered({.frames = 50}, codings()[0].options));
  VideoReader unstamped(raw);
  CHECK(keys_read(unstamped, {{}, MediaTime{9s}}).empty());
  unstamped.seek(MediaTime{1s});
  CHECK(unstamped.next().has_value());
}

TEST_CASE("frames that no other refers to are left out, the others stay as they are") {
  const TempDir dir;
  const auto path = make_clip(dir.file("a.mp4"), numbered({.frames = 100}, codings()[0].options));
  std::vector<std::string> all;
  VideoReader straight(path);
  while (const auto frame = straight.next()) all.push_back(pixel_hash(*frame));
  std::vector<MediaTime> read_by_one;
  for (const int threads : {1, 4}) {
    CAPTURE(threads);
    VideoReader reader(path, scan_packets(path), {.threads = threads});
    reader.seek(MediaTime{480ms}, Frames::referenced);
    std::vector<MediaTime> read;
    while (const auto frame = reader.next()) {
      read.push_back(frame->time());
      const auto number = static_cast<std::size_t>(frame->time().ns() / 40'000'000);
      CHECK(pixel_hash(*frame) == all[number]);
    }
    CHECK(read.size() < 70);
    CHECK(read.size() > 20);
    // The decoder's threads read ahead; what a plan sees must not depend on them.
    if (read_by_one.empty()) read_by_one = read;
    CHECK(read == read_by_one);
    // Until the next seek.
    reader.seek(MediaTime{1s});
    for (std::size_t i = 25; i < 100; ++i) CHECK(pixel_hash(*reader.next()) == all[i]);
  }
}

TEST_CASE("what is read without deblocking differs a little, until the next seek") {
  const TempDir dir;
  const auto path = make_clip(dir.file("a.mp4"), numbered({.frames = 100}, codings()[0].options));
  std::vector<std::string> all;
  std::vector<Image> means;
  VideoReader straight(path);
  while (const auto frame = straight.next()) {
    all.push_back(pixel_hash(*frame));
    means.push_back(frame->luma(8, 8));
  }
  VideoReader reader(path);
  reader.seek(MediaTime{480ms}, Frames::all, Deblocking::off);
  std::size_t differing = 0;
  for (std::size_t i = 12; i < 60; ++i) {
    const auto frame = reader.next();
    REQUIRE(frame.has_value());
    if (pixel_hash(*frame) != all[i]) ++differing;
    const auto mean = frame->luma(8, 8);
    for (std::size_t k = 0; k < mean.samples.size(); ++k)
      CHECK(std::abs(int{mean.samples[k]} - int{means[i].samples[k]}) <= 6);
  }
  CHECK(differing > 10);
  // From where it stands, and from elsewhere.
  reader.seek(MediaTime{2400ms});
  for (std::size_t i = 60; i < 70; ++i) CHECK(pixel_hash(*reader.next()) == all[i]);
  reader.read_key_frames(
      {{}, MediaTime{9s}}, [](const Frame&) { return true; }, {}, Deblocking::off);
  reader.seek({});
  for (const auto& hash : all) CHECK(pixel_hash(*reader.next()) == hash);
}

TEST_CASE("packets by time are those of the pictures in the span, each once") {
  const TempDir dir;
  for (const auto& coding : codings()) {
    CAPTURE(coding.name);
    const auto path = make_clip(dir.file("a.mp4"), numbered({.frames = 100}, coding.options));
    const auto scan = scan_packets(path);
    std::vector<MediaTime> frames;
    VideoReader reader(path);
    while (const auto frame = reader.next()) frames.push_back(frame->time());
    for (const TimeSpan& span : {TimeSpan{{}, MediaTime{9s}},
                                 TimeSpan{MediaTime{700ms}, MediaTime{2900ms}},
                                 TimeSpan{MediaTime{3s}, MediaTime::from_ns(INT64_MAX)},
                                 TimeSpan{MediaTime{2s}, MediaTime{2s}}}) {
      std::vector<MediaTime> times;
      for (const auto& packet : packets_in(scan, span)) {
        CHECK(packet.bytes > 0);
        CHECK(packet.is_key == (std::ranges::count(scan.key_frames, packet.time) > 0));
        times.push_back(packet.time);
      }
      auto expected = frames;
      std::erase_if(expected, [&](MediaTime t) { return !span.contains(t); });
      CHECK(times == expected);
    }
  }
  const auto stream = make_clip(dir.file("a.ts"), numbered({.frames = 50}, codings()[0].options));
  CHECK(packets_in(scan_packets(stream), {{}, MediaTime{9s}}).empty());
}
