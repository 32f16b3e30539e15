#include "ingest/jpeg.h"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

#include "core/error.h"
#include "ingest/video_reader.h"
#include "support/temp_dir.h"

using hindsight::Image;
using hindsight::ingest::encode_jpeg;
using hindsight::ingest::VideoReader;
using hindsight::test::TempDir;

namespace {

Image gradient(int width, int height, int channels) {
  Image image(width, height, channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * channels; ++x) {
      image.row(y)[x] =
          static_cast<std::uint8_t>((x / channels * 2 + y * 3 + x % channels * 40) % 200 + 20);
    }
  }
  return image;
}

}  // namespace

TEST_CASE("a thumbnail decodes to the picture that was given") {
  const TempDir dir;
  for (const auto& [width, height] : {std::pair{64, 48}, std::pair{33, 17}, std::pair{1, 1}}) {
    for (const int channels : {1, 3}) {
      CAPTURE(width);
      CAPTURE(channels);
      const Image image = gradient(width, height, channels);
      const auto bytes = encode_jpeg(image.view(), 95);
      CHECK(bytes.starts_with("\xFF\xD8"));
      CHECK(bytes.ends_with("\xFF\xD9"));
      std::ofstream(dir.file("t.jpg"), std::ios::binary) << bytes;
      VideoReader reader(dir.file("t.jpg"));
      const auto frame = reader.next();
      REQUIRE(frame.has_value());
      const Image back = frame->rgb();
      REQUIRE(back.width == width);
      REQUIRE(back.height == height);
      double difference = 0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const int given = image.view().row(y)[x * channels + channels / 2];
          difference += std::abs(given - back.view().row(y)[x * 3 + 1]);
        }
      }
      CHECK(difference / (width * height) < 8);
    }
  }
}

TEST_CASE("quality trades bytes") {
  const Image image = gradient(128, 96, 3);
  const auto small = encode_jpeg(image.view(), 1).size();
  const auto middle = encode_jpeg(image.view(), 80).size();
  const auto large = encode_jpeg(image.view(), 100).size();
  CHECK(small < middle);
  CHECK(middle < large);
  CHECK_THROWS_AS((void)encode_jpeg(image.view(), 0), hindsight::Error);
  CHECK_THROWS_AS((void)encode_jpeg(image.view(), 101), hindsight::Error);
}
