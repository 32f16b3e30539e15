#include "ingest/segment_writer.h"

#include <fstream>
#include <functional>
#include <iterator>

#include <doctest/doctest.h>

#include "clip_tools.h"
#include "core/error.h"
#include "ingest/packet_scan.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::ingest;

namespace {

/// A bar that moves over noise which no other seed has.
Image picture(int seed, int k, int width, int height) {
  Image image(width, height, 3);
  auto noise = static_cast<std::uint32_t>(seed * 7919 + 1);
  for (std::size_t i = 0; i < image.samples.size(); ++i) {
    noise = noise * 1664525U + 1013904223U;
    const int x = static_cast<int>(i / 3) % width;
    image.samples[i] =
        static_cast<std::uint8_t>(x / 8 == (k + seed) % (width / 8) ? 220 : 40 + (noise >> 27));
  }
  return image;
}

EncodedSegment segment(int seed, int pictures, const VideoWriterOptions& options) {
  SegmentEncoder encoder(options);
  for (int k = 0; k < pictures; ++k)
    encoder.write(picture(seed, k, options.width, options.height).view());
  return encoder.finish();
}

std::vector<std::string> hashes(const std::string& path) {
  std::vector<std::string> out;
  VideoReader reader(path);
  while (const auto frame = reader.next()) out.push_back(test::pixel_hash(*frame));
  CHECK(reader.stats().errors == 0);
  return out;
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

TEST_CASE("joined segments decode to the pictures of each alone, at exact times") {
  struct Row {
    std::string codec, ending;
    int rate, divisor;
  };
  const std::vector<Row> rows{{"h264", "mp4", 10, 1},
                              {"h264", "mkv", 25, 2},
                              {"h264", "mov", 30000, 1001},
                              {"hevc", "mp4", 10, 1},
                              {"mpeg4", "mp4", 25, 2},
                              {"vp9", "mkv", 10, 1}};
  const test::TempDir dir;
  for (const auto& row : rows) {
    CAPTURE(row.codec);
    CAPTURE(row.ending);
    const VideoWriterOptions options{.width = 96,
                                     .height = 64,
                                     .rate = row.rate,
                                     .rate_divisor = row.divisor,
                                     .codec = row.codec};
    const std::vector<EncodedSegment> library = {
        segment(1, 30, options), segment(2, 2, options), segment(3, 7, options)};
    std::vector<std::vector<std::string>> alone;
    for (const auto& s : library) {
      const std::string file = dir.file("alone." + row.ending);
      SegmentWriter writer(file, options);
      writer.append(s);
      writer.finish();
      alone.push_back(hashes(file));
      CHECK(alone.back().size() == static_cast<std::size_t>(s.num_pictures));
    }
    const std::string joined = dir.file("joined." + row.ending);
    SegmentWriter writer(joined, options);
    std::vector<std::string> expected;
    for (const std::size_t i : {0U, 2U, 1U, 1U, 0U, 0U, 2U}) {
      writer.append(library[i]);
      expected.insert(expected.end(), alone[i].begin(), alone[i].end());
    }
    CHECK(writer.num_pictures() == static_cast<std::int64_t>(expected.size()));
    writer.finish();
    CHECK(hashes(joined) == expected);

    VideoReader reader(joined);
    const auto exact = [&](std::int64_t k) { return k * 1'000'000'000 * row.divisor / row.rate; };
    // Matroska keeps milliseconds.
    const std::int64_t grain = row.ending == "mkv" ? 500'000 : 1'000;
    std::int64_t k = 0;
    while (const auto frame = reader.next()) {
      CHECK(std::abs(frame->time().since_start.count() - exact(k)) <= grain);
      ++k;
    }
    CHECK(std::abs(scan_packets(joined).end.since_start.count() - exact(k)) <= 2 * grain);
    reader.seek({std::chrono::nanoseconds(exact(41) + 2 * grain)});
    CHECK(test::pixel_hash(*reader.next()) == expected[41]);
  }
}

TEST_CASE("the same segments give the same bytes, encoded and joined again") {
  const test::TempDir dir;
  const VideoWriterOptions options{.width = 96, .height = 64, .rate = 10};
  for (const auto* name : {"a.mp4", "b.mp4"}) {
    SegmentWriter writer(dir.file(name), options);
    for (const int seed : {4, 5, 4}) writer.append(segment(seed, 20, options));
    writer.finish();
  }
  const auto bytes = [&](const char* name) {
    std::ifstream file(dir.file(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  CHECK(bytes("a.mp4").size() > 2000);
  CHECK(bytes("a.mp4") == bytes("b.mp4"));
}

TEST_CASE("what cannot be joined is refused") {
  const test::TempDir dir;
  const VideoWriterOptions options{.width = 96, .height = 64};
  CHECK(message_of([&] { (void)SegmentEncoder(options).finish(); }, ErrorCode::usage) ==
        "a segment without pictures cannot be encoded; write some first");
  CHECK(message_of([&] { SegmentWriter(dir.file("x.ts"), options); }, ErrorCode::usage) ==
        "segments cannot be joined in '" + dir.file("x.ts") + "'; name it .mp4, .mkv or .mov");
  CHECK(message_of([&] { SegmentWriter(dir.file("x.none"), options); }, ErrorCode::usage)
            .find("no container is known for '") == 0);
  CHECK(message_of([&] { SegmentWriter(dir.file("none/x.mp4"), options); }, ErrorCode::store)
            .find("cannot write '") == 0);
  CHECK(message_of([&] { SegmentEncoder({.width = 97}); }, ErrorCode::usage) ==
        "a video of 97x180 cannot be written; both sides must be even, from 16 to 8192");
  CHECK(message_of([&] { SegmentEncoder({.codec = "theora"}); }, ErrorCode::usage) ==
        "cannot encode 'theora'; choose h264, hevc, mpeg4 or vp9");
  CHECK(message_of([&] { SegmentEncoder(options).write(picture(1, 0, 64, 64).view()); },
                   ErrorCode::internal) == "a picture of 64x64x3 does not fit a video of 96x64");
}
