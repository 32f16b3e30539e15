#include "pipeline/pair_fetcher.h"

#include <chrono>
#include <fstream>
#include <vector>

#include <doctest/doctest.h>

#include "model/preprocess.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace hindsight;
using pipeline::FetchOptions;
using pipeline::PairFetcher;

namespace {

/// 50 frames, 25 a second, a key frame every 12, with B frames.
std::string numbered_clip(const test::TempDir& dir) {
  return test::make_clip(
      dir.file("numbered.mp4"),
      test::numbered({}, {"-c:v", "libx264", "-g", "12", "-bf", "2", "-pix_fmt", "yuv420p"}));
}

sampler::PlannedPair pair_of(MediaTime first, MediaTime second) {
  sampler::PlannedPair pair;
  pair.first = first;
  pair.second = second;
  pair.width = 56;
  pair.height = 28;
  return pair;
}

struct TimedImage {
  MediaTime time;
  Image image;
};

std::vector<TimedImage> read_straight(const std::string& path) {
  ingest::VideoReader reader(path);
  std::vector<TimedImage> frames;
  while (const auto frame = reader.next()) frames.push_back({frame->time(), frame->rgb()});
  return frames;
}

}  // namespace

TEST_CASE("a pair is made of the frames at its two times, in whatever order pairs are fetched") {
  const test::TempDir dir;
  const auto path = numbered_clip(dir);
  const auto frames = read_straight(path);
  REQUIRE(frames.size() == 50);
  ingest::VideoReader reader(path);
  PairFetcher fetcher(reader, FetchOptions{});
  for (const std::size_t i : {3U, 4U, 40U, 11U, 48U, 0U}) {
    CAPTURE(i);
    const auto& first = frames.at(i);
    const auto& second = frames.at(i + 1);
    const auto pixels = fetcher.fetch(pair_of(first.time, second.time));
    REQUIRE(pixels.has_value());
    const auto expected =
        model::make_pair_patches(first.image.view(), second.image.view(), 56, 28, {});
    CHECK(pixels->patches.grid == expected.grid);
    CHECK(pixels->patches.values == expected.values);
    CHECK(pixels->bytes() > expected.values.size() * sizeof(float));
  }
}

TEST_CASE("a pair of one frame is that frame twice, and neighbours share a frame") {
  const test::TempDir dir;
  const auto path = numbered_clip(dir);
  const auto frames = read_straight(path);
  ingest::VideoReader reader(path);
  PairFetcher fetcher(reader, FetchOptions{});
  const auto single = fetcher.fetch(pair_of(frames[7].time, frames[7].time));
  REQUIRE(single.has_value());
  CHECK(
      single->patches.values ==
      model::make_pair_patches(frames[7].image.view(), frames[7].image.view(), 56, 28, {}).values);
  const auto seeks = reader.stats().seeks;
  CHECK(fetcher.fetch(pair_of(frames[7].time, frames[7].time)).has_value());
  CHECK(reader.stats().seeks == seeks);
}

TEST_CASE("a pair whose tokens are stored gets its thumbnail and no patches") {
  const test::TempDir dir;
  const auto path = numbered_clip(dir);
  const auto frames = read_straight(path);
  ingest::VideoReader reader(path);
  PairFetcher fetcher(reader, FetchOptions{.thumbnail_width = 64});
  const auto pixels = fetcher.fetch(pair_of(frames[7].time, frames[9].time), /*stored_tokens=*/12);
  REQUIRE(pixels.has_value());
  CHECK(pixels->stored_tokens == 12);
  CHECK(pixels->patches.values.empty());
  CHECK(pixels->thumbnail.starts_with("\xff\xd8\xff"));
}

TEST_CASE("no thumbnail is made when its width is 0") {
  const test::TempDir dir;
  ingest::VideoReader reader(numbered_clip(dir));
  PairFetcher fetcher(reader, FetchOptions{.thumbnail_width = 0});
  const auto pixels = fetcher.fetch(pair_of({}, {}));
  REQUIRE(pixels.has_value());
  CHECK(pixels->thumbnail.empty());
}

TEST_CASE("a pair's picture is its first frame, small, with the sides of the display") {
  const test::TempDir dir;
  const auto path = numbered_clip(dir);
  const auto frames = read_straight(path);
  ingest::VideoReader reader(path);
  PairFetcher fetcher(reader, FetchOptions{.thumbnail_width = 64});
  for (const std::size_t i : {7U, 31U, 2U}) {
    CAPTURE(i);
    const auto picture = fetcher.fetch_picture(pair_of(frames[i].time, frames[i + 1].time));
    REQUIRE(picture.has_value());
    CHECK(picture->width == 64);
    CHECK(picture->height == 48);
    CHECK(test::painted_number(picture->view()) == static_cast<int>(i));
  }
}

TEST_CASE("a time at which no frame begins gives nothing") {
  using namespace std::chrono_literals;
  const test::TempDir dir;
  ingest::VideoReader reader(numbered_clip(dir));
  PairFetcher fetcher(reader, FetchOptions{});
  CHECK_FALSE(fetcher.fetch(pair_of(MediaTime{1ms}, MediaTime{40ms})).has_value());
  CHECK_FALSE(fetcher.fetch(pair_of(MediaTime{}, MediaTime{41ms})).has_value());
  CHECK_FALSE(fetcher.fetch(pair_of(MediaTime{1h}, MediaTime{1h})).has_value());
  CHECK_FALSE(fetcher.fetch_picture(pair_of(MediaTime{1ms}, MediaTime{40ms})).has_value());
}

TEST_CASE("the thumbnail of a strip is bounded, whatever its shape") {
  const test::TempDir dir;
  const auto path = test::make_clip(
      dir.file("strip.avi"),
      {"-f", "lavfi", "-i", "testsrc2=size=2x4000:rate=5", "-frames:v", "2", "-c:v", "rawvideo"});
  ingest::VideoReader reader(path);
  PairFetcher fetcher(reader, {.thumbnail_width = 32});
  const auto pixels =
      fetcher.fetch(pair_of(MediaTime{}, MediaTime{std::chrono::milliseconds{200}}));
  REQUIRE(pixels.has_value());
  test::TempDir jpeg;
  std::ofstream(jpeg.file("strip.jpg"), std::ios::binary) << pixels->thumbnail;
  const auto facts = ingest::VideoReader(jpeg.file("strip.jpg")).facts();
  CHECK(facts.width == 32);
  CHECK(facts.height == 256);
}
