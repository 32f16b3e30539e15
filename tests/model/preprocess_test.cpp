#include "model/preprocess.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/goldens.h"
#include "model/sha256.h"

namespace hindsight::model {
namespace {

Image formula_picture(int height, int width) {
  Image image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.row(y)[x * 3 + c] =
            static_cast<std::uint8_t>((7 * x + 13 * y + 31 * c + (x * y) % 17) % 256);
      }
    }
  }
  return image;
}

// The same picture in every frame but for a step of 5 levels (make_goldens.py).
Image formula_frame(int height, int width, int frame) {
  Image image = formula_picture(height, width);
  for (auto& sample : image.samples) sample = static_cast<std::uint8_t>(sample + 5 * frame);
  return image;
}

Image noise(int width, int height, int channels, unsigned seed) {
  Image image(width, height, channels);
  std::mt19937 random(seed);
  for (auto& sample : image.samples) sample = static_cast<std::uint8_t>(random() >> 24);
  return image;
}

long sum_of(const Image& image) {
  return std::accumulate(image.samples.begin(), image.samples.end(), 0L);
}

// One output sample along an axis of `length` inputs, from the definition: weights in double, then
// 22 bits.
int naive_sample(int out_index, int out, int length, const std::function<int(int)>& input) {
  const double scale = static_cast<double>(length) / out;
  const double stretch = std::max(1.0, scale);
  const double centre = (out_index + 0.5) * scale;
  const int begin = std::max(0, static_cast<int>(centre - 2 * stretch + 0.5));
  const int end = std::min(length, static_cast<int>(centre + 2 * stretch + 0.5));
  std::vector<double> weights;
  for (int i = begin; i < end; ++i) {
    const double x = std::abs((i - centre + 0.5) / stretch);
    weights.push_back(x < 1   ? 1.5 * x * x * x - 2.5 * x * x + 1
                      : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2
                              : 0);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  long total = 1L << 21;
  for (int i = begin; i < end; ++i) {
    total += std::lround(weights[static_cast<std::size_t>(i - begin)] / sum * (1 << 22)) * input(i);
  }
  return static_cast<int>(std::clamp(total >> 22, 0L, 255L));
}

Image naive_resize(const Image& image, PictureSize size) {
  const int channels = image.channels;
  const auto at = [&](const Image& of, int x, int y, int c) {
    return int{of.samples[static_cast<std::size_t>((y * of.width + x) * channels + c)]};
  };
  Image wide(size.width, image.height, channels);
  Image out(size.width, size.height, channels);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const int value =
            naive_sample(x, size.width, image.width, [&](int i) { return at(image, i, y, c); });
        wide.row(y)[x * channels + c] = static_cast<std::uint8_t>(value);
      }
    }
  }
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const int value =
            naive_sample(y, size.height, image.height, [&](int i) { return at(wide, x, i, c); });
        out.row(y)[x * channels + c] = static_cast<std::uint8_t>(value);
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("smart_resize agrees with the reference for checkpoint and class limits") {
  struct Row {
    PictureSize in, checkpoint, class_default;
  };
  const auto hw = [](int h, int w) { return PictureSize{w, h}; };
  const std::vector<Row> rows{
      {hw(224, 224), hw(224, 224), hw(224, 224)},
      {hw(480, 640), hw(476, 644), hw(476, 644)},
      {hw(512, 512), hw(504, 504), hw(504, 504)},
      {hw(561, 278), hw(560, 280), hw(560, 280)},
      {hw(333, 500), hw(336, 504), hw(336, 504)},
      {hw(720, 1280), hw(728, 1288), hw(728, 1288)},
      {hw(1000, 2530), hw(1008, 2520), hw(616, 1568)},
      {hw(1080, 1920), hw(1092, 1932), hw(728, 1316)},
      {hw(1365, 2048), hw(1372, 2044), hw(812, 1204)},
      {hw(2160, 3840), hw(2156, 3836), hw(728, 1316)},
      {hw(4320, 7680), hw(2688, 4760), hw(728, 1316)},
      {hw(14, 14), hw(56, 56), hw(56, 56)},
      {hw(20, 30), hw(56, 84), hw(56, 84)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.in.width);
    CAPTURE(row.in.height);
    CHECK(smart_resize(row.in, {.max_pixels = 12845056}) == row.checkpoint);
    CHECK(smart_resize(row.in, {.max_pixels = 1003520}) == row.class_default);
  }
}

TEST_CASE("smart_resize rounds ties to even and keeps every side at least one factor") {
  CHECK(smart_resize({70, 126}, {.min_pixels = 1}) == PictureSize{56, 112});
  CHECK(smart_resize({42, 98}, {.min_pixels = 1}) == PictureSize{56, 112});
  CHECK(smart_resize({10, 1000}, {.min_pixels = 1}) == PictureSize{28, 1008});
  CHECK(smart_resize({10, 2000}, {.min_pixels = 1, .max_pixels = 28 * 28 * 4}) ==
        PictureSize{28, 784});
}

TEST_CASE("smart_resize refuses pictures without area and extreme shapes") {
  for (const PictureSize size :
       {PictureSize{0, 10}, PictureSize{10, -1}, PictureSize{28, 28 * 201}}) {
    CHECK_THROWS_AS((void)smart_resize(size, {}), Error);
  }
  CHECK_THROWS_WITH((void)smart_resize({1, 201}, {}),
                    "a picture of 1 x 201 pixels cannot be resized: its sides must be positive and "
                    "the longer at most "
                    "200 times the shorter");
}

TEST_CASE("a side never leaves the limits by more than rounding, and is a multiple of the factor") {
  const PixelLimits limits{.min_pixels = 3136, .max_pixels = 50000};
  for (int width = 1; width < 1200; width += 37) {
    for (int height = 1; height < 1200; height += 41) {
      if (std::max(width, height) > 200 * std::min(width, height)) continue;
      const auto out = smart_resize({width, height}, limits);
      CAPTURE(width);
      CAPTURE(height);
      CHECK(out.width % 28 == 0);
      CHECK(out.height % 28 == 0);
      CHECK(out.width * out.height >= limits.min_pixels);
      const bool is_strip = out.width == 28 || out.height == 28;
      CHECK((is_strip || out.width * out.height <= limits.max_pixels));
    }
  }
}

TEST_CASE("resizing equals Pillow byte for byte, and the ATen rule where that is asked for") {
  struct Row {
    PictureSize in, out;
    std::string pillow_sha;
    long pillow_sum;
    std::string aten_sha;
    long aten_sum;
  };
  const std::vector<Row> rows{
      {{76, 100}, {84, 112}, "bfb2dc287f4bbf15", 3592269, "96009a0c43f66148", 3592302},
      {{203, 61}, {196, 56}, "aeb2666be3772440", 4196636, "2dea7748f59c7a9f", 4196654},
      {{400, 300}, {392, 308}, "9163486f9e604058", 46187612, "17bc78dc7dbe26f7", 46187814},
      {{500, 333}, {504, 336}, "16cfec8cf69c3707", 64777658, "88cf7535e18ca544", 64775787},
      {{1280, 720}, {644, 364}, "939ec9a491a03b6e", 89665701, "5d7422f95aa7e612", 89665132},
  };
  for (const auto& row : rows) {
    CAPTURE(row.in.width);
    const Image picture = formula_picture(row.in.height, row.in.width);
    const Image pillow = resize_bicubic(picture.view(), row.out);
    CHECK(sum_of(pillow) == row.pillow_sum);
    CHECK(test::sha256(pillow.samples).substr(0, 16) == row.pillow_sha);
    const Image aten = resize_bicubic(picture.view(), row.out, ResizeFilter::aten);
    CHECK(sum_of(aten) == row.aten_sum);
    CHECK(test::sha256(aten.samples).substr(0, 16) == row.aten_sha);
  }
}

TEST_CASE("resizing equals the definition on noise, up and down, grey and RGB") {
  const std::vector<std::pair<PictureSize, PictureSize>> rows{{{1, 1}, {28, 56}},
                                                              {{3, 90}, {28, 28}},
                                                              {{200, 31}, {28, 31}},
                                                              {{17, 64}, {17, 28}},
                                                              {{57, 43}, {84, 28}}};
  for (const int channels : {1, 3}) {
    for (const auto& [in, out] : rows) {
      CAPTURE(channels);
      CAPTURE(in.width);
      const Image picture = noise(in.width, in.height, channels, 7);
      CHECK(resize_bicubic(picture.view(), out).samples == naive_resize(picture, out).samples);
    }
  }
}

TEST_CASE("resizing reads rows by their stride") {
  const Image picture = noise(60, 40, 3, 3);
  ImageView left = picture.view();
  left.width = 31;
  Image packed(31, 40, 3);
  for (int y = 0; y < 40; ++y) std::copy_n(left.row(y), 31 * 3, packed.row(y));
  CHECK(resize_bicubic(left, {28, 28}).samples == resize_bicubic(packed.view(), {28, 28}).samples);
  CHECK(resize_bicubic(left, {31, 40}).samples == packed.samples);
}

TEST_CASE("resizing refuses empty pictures and sizes") {
  const Image picture = noise(4, 4, 3, 1);
  CHECK_THROWS_AS((void)resize_bicubic({}, {28, 28}), Error);
  CHECK_THROWS_WITH(
      (void)resize_bicubic(picture.view(), {0, 28}),
      "cannot resize a picture of 4 x 4 pixels and 3 channels to 0 x 28: sides must be positive, "
      "channels 1 or 3");
}

TEST_CASE("bytes are normalised as the slow image processor does") {
  struct Row {
    int byte;
    std::array<float, 3> expected;
  };
  const std::vector<Row> rows{{0, {-1.7922626F, -1.7520971F, -1.4802198F}},
                              {1, {-1.7776641F, -1.7370893F, -1.4659997F}},
                              {128, {0.0763361F, 0.1688973F, 0.3399488F}},
                              {255, {1.9303361F, 2.0748837F, 2.1458969F}}};
  for (const auto& row : rows) {
    Image picture(56, 56, 3);
    std::fill(picture.samples.begin(), picture.samples.end(), static_cast<std::uint8_t>(row.byte));
    const auto patches = make_image_patches(picture.view(), {});
    for (std::size_t c = 0; c < 3; ++c) {
      CAPTURE(row.byte);
      CHECK(patches.values[c * 2 * 196] == doctest::Approx(row.expected[c]).epsilon(1e-7));
    }
  }
}

TEST_CASE("patches are laid out by temporal patch, merge block, channel, frame, row, column") {
  const int width = 84;
  const int height = 56;
  std::vector<Image> frames;
  std::vector<ImageView> views;
  for (unsigned f = 0; f < 3; ++f) frames.push_back(noise(width, height, 3, f));
  for (const auto& frame : frames) views.push_back(frame.view());
  const PreprocessorConfig config;
  const auto patches = make_clip_patches(views, {width, height}, config);
  CHECK(patches.grid == GridThw{2, 4, 6});
  REQUIRE(patches.values.size() == 48 * 1176);
  for (int f = 0; f < 4; ++f) {
    const Image& frame = frames[static_cast<std::size_t>(std::min(f, 2))];  // the last one twice
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (int c = 0; c < 3; ++c) {
          const int py = y / 14;
          const int px = x / 14;
          const int row =
              ((f / 2 * (height / 28) + py / 2) * (width / 28) + px / 2) * 4 + py % 2 * 2 + px % 2;
          const int col = ((c * 2 + f % 2) * 14 + y % 14) * 14 + x % 14;
          const auto channel = static_cast<std::size_t>(c);
          const auto scaled = static_cast<float>(
              frame.samples[static_cast<std::size_t>((y * width + x) * 3 + c)] * (1.0 / 255.0));
          const float expected = (scaled - static_cast<float>(config.image_mean[channel])) /
                                 static_cast<float>(config.image_std[channel]);
          REQUIRE(patches.values[static_cast<std::size_t>(row * 1176 + col)] == expected);
        }
      }
    }
  }
}

TEST_CASE("patches of images and videos equal those of transformers 4.49, bit for bit") {
  for (const auto& row : test::load_golden("preprocess_goldens.json")) {
    CAPTURE(row.dump());
    const int num_frames = row["frames"];
    std::vector<Image> frames;
    std::vector<ImageView> views;
    for (int f = 0; f < num_frames; ++f)
      frames.push_back(formula_frame(row["height"], row["width"], f));
    for (const auto& frame : frames) views.push_back(frame.view());
    const PreprocessorConfig config;
    const auto size = smart_resize({row["width"], row["height"]}, pixel_limits(config));
    const auto patches = num_frames == 1 ? make_image_patches(views[0], config)
                                         : make_clip_patches(views, size, config);
    CHECK(patches.grid == GridThw{row["grid"][0], row["grid"][1], row["grid"][2]});
    const double sum = std::accumulate(patches.values.begin(), patches.values.end(), 0.0);
    CHECK(sum == doctest::Approx(row["sum"].get<double>()).epsilon(1e-9));
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(patches.values.data());
    CHECK(test::sha256({bytes, patches.values.size() * sizeof(float)}) ==
          row["sha256"].get<std::string>());
  }
}

TEST_CASE("a pair is the clip of its two frames, an image the pair of itself") {
  const Image first = noise(100, 70, 3, 1);
  const Image second = noise(100, 70, 3, 2);
  const ImageView frames[] = {first.view(), second.view()};
  const PreprocessorConfig config;
  const auto pair = make_pair_patches(first.view(), second.view(), 84, 56, config);
  CHECK(pair.grid == GridThw{1, 4, 6});
  CHECK(pair.grid.num_tokens() == 6);
  CHECK(pair.values == make_clip_patches(frames, {84, 56}, config).values);
  const auto image = make_image_patches(first.view(), config);
  CHECK(image.grid == GridThw{1, 4, 8});
  CHECK(image.values == make_pair_patches(first.view(), first.view(), 112, 56, config).values);
}

TEST_CASE("patches are refused for sizes off the grid, grey frames and empty clips") {
  const Image rgb = noise(56, 56, 3, 1);
  const Image grey = noise(56, 56, 1, 1);
  const PreprocessorConfig config;
  CHECK_THROWS_WITH(
      (void)make_pair_patches(rgb.view(), rgb.view(), 56, 50, config),
      "cannot make patches of 56 x 50 pixels: both sides must be positive multiples of 28");
  CHECK_THROWS_AS((void)make_pair_patches(rgb.view(), rgb.view(), 0, 56, config), Error);
  CHECK_THROWS_WITH((void)make_pair_patches(rgb.view(), grey.view(), 56, 56, config),
                    "a frame has 1 channel(s) instead of 3 (RGB)");
  CHECK_THROWS_WITH((void)make_clip_patches({}, {56, 56}, config),
                    "a clip needs at least one frame");
}

}  // namespace hindsight::model

TEST_CASE("the key of tokens names the way to their patches and the dtype they were computed in") {
  CHECK(hindsight::model::preprocessing_key("bf16") ==
        std::string(hindsight::model::kPreprocessingVersion) + "/bf16");
  CHECK(hindsight::model::preprocessing_key("bf16") != hindsight::model::preprocessing_key("fp32"));
  CHECK(hindsight::model::is_current_preprocessing(hindsight::model::preprocessing_key("fp32")));
  CHECK(hindsight::model::is_current_preprocessing(hindsight::model::kPreprocessingVersion));
  CHECK_FALSE(hindsight::model::is_current_preprocessing("pillow-bicubic-0/fp32"));
  CHECK_FALSE(hindsight::model::is_current_preprocessing(
      std::string(hindsight::model::kPreprocessingVersion) + "2/fp32"));
  CHECK_FALSE(hindsight::model::is_current_preprocessing(""));
}
