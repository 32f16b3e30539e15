#include "ingest/limits.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clip_tools.h"
#include "core/error.h"
#include "ingest/packet_scan.h"
#include "ingest/probe.h"
#include "ingest/video_reader.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace std::chrono_literals;
using hindsight::Error;
using hindsight::ErrorCode;
using hindsight::MediaTime;
using hindsight::ingest::InputLimits;
using hindsight::ingest::ReaderOptions;
using hindsight::ingest::scan_packets;
using hindsight::ingest::VideoReader;
using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::refusal;
using hindsight::test::TempDir;

namespace {

const std::vector<std::string> kX264{"-c:v", "libx264", "-bf", "0", "-g", "10"};

ReaderOptions within(const InputLimits& limits) {
  ReaderOptions options;
  options.limits = limits;
  return options;
}

std::string scan_refusal(const std::string& path, const InputLimits& limits) {
  try {
    (void)scan_packets(path, within(limits));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unreadable_input);
    return error.what();
  }
  return "";
}

/// Writes `value` as a big-endian number of four bytes over what stands `offset` bytes behind
/// `tag`.
void patch_behind(std::string& bytes,
                  const std::string& tag,
                  std::size_t offset,
                  std::uint32_t value) {
  const auto at = bytes.find(tag);
  REQUIRE(at != std::string::npos);
  for (int i = 0; i < 4; ++i) {
    bytes[at + tag.size() + offset + static_cast<std::size_t>(i)] =
        static_cast<char>(value >> (24 - 8 * i));
  }
}

/// Megabytes by which the memory of a process grows that does `work`.
template <class Work>
long growth_mb(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_SELF, &before);
    work();
    getrusage(RUSAGE_SELF, &after);
    _exit(static_cast<int>(std::min(255L, (after.ru_maxrss - before.ru_maxrss) / 1024)));
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("what is beyond a limit is refused in one sentence, what is at it is read") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("v.mp4"), numbered({.frames = 20}, kX264));
  const auto facts = VideoReader(clip).facts();
  const std::int64_t pixels = std::int64_t{facts.width} * facts.height;
  CHECK(refusal(clip, within({.max_pixels = pixels})).code == 0);
  const auto refused = refusal(clip, within({.max_pixels = pixels - 1}));
  CHECK(refused.code == 3);
  CHECK(refused.message ==
        fmt::format("cannot read '{}': its pictures have {} x {} pixels by its header and at most "
                    "{} are allowed; raise --max-pixels if that is what they have",
                    clip,
                    facts.width,
                    facts.height,
                    pixels - 1));

  CHECK(scan_packets(clip, within({.max_packets = 20})).num_packets == 20);
  CHECK(scan_refusal(clip, {.max_packets = 19}) ==
        "cannot read '" + clip +
            "': its video stream has more than 19 packets; cut the file into parts, or raise "
            "--max-packets");

  auto two = numbered({.frames = 5}, kX264);
  two.insert(two.begin(), {"-f", "lavfi", "-i", "sine=duration=0.2"});
  const auto sound = make_clip(dir.file("sound.mp4"), two);
  CHECK(refusal(sound, within({.max_streams = 2})).code == 0);
  CHECK(refusal(sound, within({.max_streams = 1})).message ==
        "cannot read '" + sound +
            "': it has 2 streams and at most 1 are allowed; copy the ones that matter to another "
            "file, or raise --max-streams");
  CHECK_THROWS_AS((void)hindsight::ingest::probe_media(sound, {.max_streams = 1}), Error);
}

TEST_CASE("no picture beyond the limit is decoded to find out what a file has") {
  struct Row {
    std::string name;
    std::string size;
    std::vector<std::string> encoding;
  };
  const TempDir dir;
  const std::vector<Row> rows{
      {"v.flv", "8192x8000", {"-c:v", "libx264", "-preset", "ultrafast"}},
      {"sorenson.flv", "8000x8000", {"-c:v", "flv1"}},
      {"v.mpg", "8192x8000", {"-c:v", "libx264", "-preset", "ultrafast", "-f", "vob"}},
      {"v.ts", "8192x8000", {"-c:v", "libx264", "-preset", "ultrafast"}},
      {"v.mkv", "8192x8000", {"-c:v", "libx264", "-preset", "ultrafast"}}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    std::vector<std::string> arguments{
        "-f", "lavfi", "-i", "color=size=" + row.size + ":rate=5:duration=0.2"};
    arguments.insert(arguments.end(), row.encoding.begin(), row.encoding.end());
    const auto clip = make_clip(dir.file(row.name), arguments);
    const long grown = growth_mb([&] { (void)scan_refusal(clip, {.max_pixels = 1'000'000}); });
    CHECK(grown < 100);
    CHECK(scan_refusal(clip, {.max_pixels = 1'000'000}).starts_with("cannot read '" + clip));
  }
}

TEST_CASE("pictures that grow beyond the limit on the way count as damage") {
  const TempDir dir;
  const auto make = [&](const std::string& name, const std::string& size, const std::string& at) {
    return make_clip(dir.file(name),
                     {"-f",
                      "lavfi",
                      "-i",
                      "testsrc2=size=" + size + ":rate=10:duration=1",
                      "-c:v",
                      "libx264",
                      "-pix_fmt",
                      "yuv420p",
                      "-output_ts_offset",
                      at});
  };
  const auto small = make("small.ts", "64x48", "0");
  const auto large = make("large.ts", "640x480", "5");
  std::ofstream(dir.file("both.ts"), std::ios::binary) << read_bytes(small) << read_bytes(large);
  VideoReader reader(dir.file("both.ts"), within({.max_pixels = 100'000}));
  int pictures = 0;
  while (const auto frame = reader.next()) {
    CHECK(frame->rgb().width == 64);
    ++pictures;
  }
  CHECK(pictures >= 9);
  CHECK(reader.stats().errors > 0);
}

TEST_CASE("a time beyond the longest video counts as missing, and nothing grows with it") {
  const TempDir dir;
  // An edit list would leave out what is later than the list says.
  auto arguments = kX264;
  arguments.insert(arguments.end(), {"-use_editlist", "0"});
  auto bytes = read_bytes(make_clip(dir.file("v.mp4"), numbered({.frames = 20}, arguments)));
  // The first entry of the table of durations: one picture that is said to last for months.
  patch_behind(bytes, "stts", 4, 2);
  patch_behind(bytes, "stts", 8, 10);
  patch_behind(bytes, "stts", 12, 0x7FFFFFFF);
  const auto path = dir.file("claims.mp4");
  std::ofstream(path, std::ios::binary) << bytes;
  const auto scan = scan_packets(path, within({.max_length = 1h}));
  CHECK(scan.end <= MediaTime{1h + 1min});
  CHECK(scan.bins.size() <= 3661);
  VideoReader reader(path, within({.max_length = 1h}));
  MediaTime last = MediaTime::from_ns(-1);
  while (const auto frame = reader.next()) {
    CHECK(frame->time() > last);
    CHECK(frame->time() <= MediaTime{2h});
    last = frame->time();
  }
  CHECK(last > MediaTime{});
}

TEST_CASE("a sample that is no sample's shape counts as square") {
  struct Row {
    std::string aspect;
    int display_width;
  };
  const TempDir dir;
  for (const auto& row :
       std::vector<Row>{{"4/3", 171}, {"1/2", 64}, {"1/300", 128}, {"250/1", 128}}) {
    CAPTURE(row.aspect);
    const auto clip =
        make_clip(dir.file("v.mkv"),
                  numbered({.frames = 2}, {"-vf", "setsar=" + row.aspect, "-c:v", "ffv1"}));
    CHECK(VideoReader(clip).facts().display_width == row.display_width);
  }
}

TEST_CASE("every packet is told to who waits for it") {
  const TempDir dir;
  for (const std::string name : {"v.mp4", "v.mkv"}) {
    CAPTURE(name);
    const auto clip = make_clip(dir.file(name), numbered({.frames = 20}, kX264));
    int packets = 0;
    ReaderOptions options;
    options.on_packet = [&] { ++packets; };
    const auto scan = scan_packets(clip, options);
    CHECK(packets >= 20);
    packets = 0;
    VideoReader reader(clip, scan, options);
    while (reader.next()) {
    }
    CHECK(packets >= 20);
  }
}
