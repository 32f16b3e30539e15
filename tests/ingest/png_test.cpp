#include "ingest/png.h"

#include <fstream>

#include <doctest/doctest.h>

#include "core/error.h"
#include "ingest/video_reader.h"
#include "support/temp_dir.h"

using hindsight::Error;
using hindsight::Image;
using hindsight::ingest::encode_png;
using hindsight::ingest::VideoReader;
using hindsight::test::TempDir;

TEST_CASE("a PNG decodes to the very picture that was given") {
  const TempDir dir;
  for (const auto& [width, height] : {std::pair{64, 48}, std::pair{33, 17}, std::pair{1, 1}}) {
    for (const int channels : {1, 3}) {
      CAPTURE(width);
      CAPTURE(channels);
      Image image(width, height, channels);
      for (std::size_t i = 0; i < image.samples.size(); ++i) {
        image.samples[i] = static_cast<std::uint8_t>(i * 37 + i / 100);
      }
      const auto bytes = encode_png(image.view());
      CHECK(bytes.starts_with("\x89PNG\r\n"));
      std::ofstream(dir.file("t.png"), std::ios::binary) << bytes;
      VideoReader reader(dir.file("t.png"));
      const auto frame = reader.next();
      REQUIRE(frame.has_value());
      const Image back = frame->rgb();
      REQUIRE(back.width == width);
      REQUIRE(back.height == height);
      std::size_t different = 0;
      const std::size_t repeats = channels == 1 ? 3 : 1;
      for (std::size_t i = 0; i < back.samples.size(); ++i) {
        different += back.samples[i] != image.samples[i / repeats] ? 1U : 0U;
      }
      CHECK(different == 0);
    }
  }
}

TEST_CASE("rows with padding are read by their stride") {
  Image wide(10, 4, 3);
  for (std::size_t i = 0; i < wide.samples.size(); ++i) {
    wide.samples[i] = static_cast<std::uint8_t>(i);
  }
  auto left = wide.view();
  left.width = 5;
  Image packed(5, 4, 3);
  for (int y = 0; y < 4; ++y) std::copy_n(wide.view().row(y), 15, packed.row(y));
  CHECK(encode_png(left) == encode_png(packed.view()));
}

TEST_CASE("a picture without a side, or with one that no decoder takes, is refused") {
  for (const auto& [width, height] : {std::pair{0, 4}, std::pair{4, 0}, std::pair{32768, 1}}) {
    const Image image(width, height, 1);
    CHECK_THROWS_AS((void)encode_png(image.view()), Error);
  }
}
