// The parts of the libtorch side that have no tensors.
#include <bit>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "model/torch/detail/row_product.h"
#include "model/torch/detail/vision_layout.h"

namespace {

using namespace hindsight::model;
using namespace hindsight::model::torch::detail;

using Order = std::vector<std::int64_t>;

Order sequence(std::int64_t n) {
  Order order;
  for (std::int64_t i = 0; i < n; ++i) order.push_back(i);
  return order;
}

/// Cumulative lengths, leading 0.
Order boundaries(const std::vector<SegmentRun>& runs) {
  Order result{0};
  for (const SegmentRun& run : runs) {
    for (std::int64_t i = 0; i < run.count; ++i) result.push_back(result.back() + run.length);
  }
  return result;
}

TEST_CASE("windows of 8 x 8 patches, incomplete ones at the edges") {
  struct Row {
    std::string name;
    GridThw grid;
    Order order_head;
    Order segments;
  };
  const std::vector<Row> rows{
      {"one incomplete", {1, 4, 6}, sequence(6), {0, 24}},
      {"exactly one", {1, 8, 8}, sequence(16), {0, 64}},
      {"four of four sizes",
       {1, 10, 14},
       {0, 1,  2,  3,  7,  8,  9,  10, 14, 15, 16, 17, 21, 22, 23, 24, 4, 5,
        6, 11, 12, 13, 18, 19, 20, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34},
       {0, 64, 112, 128, 140}},
      {"two frames", {2, 10, 6}, sequence(30), {0, 48, 60, 108, 120}},
      {"four whole ones",
       {1, 16, 16},
       {0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27, 4, 5, 6, 7, 12},
       {0, 64, 128, 192, 256}},
      {"wide",
       {1, 20, 36},
       {0, 1, 2, 3, 18, 19, 20, 21, 36},
       {0, 64, 128, 192, 256, 288, 352, 416, 480, 544, 576, 608, 640, 672, 704, 720}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const WindowLayout layout = window_layout(row.grid, VisionConfig{});
    CHECK(layout.unit_order.size() == static_cast<std::size_t>(row.grid.num_tokens()));
    CHECK(Order(layout.unit_order.begin(),
                layout.unit_order.begin() + static_cast<std::ptrdiff_t>(row.order_head.size())) ==
          row.order_head);
    CHECK(boundaries(layout.segments) == row.segments);
    const Order inverse = inverse_of(layout.unit_order);
    for (std::size_t i = 0; i < inverse.size(); ++i)
      CHECK(inverse[static_cast<std::size_t>(layout.unit_order[i])] ==
            static_cast<std::int64_t>(i));
  }
}

TEST_CASE("frames are segments of their own") {
  CHECK(frame_segments({3, 4, 6}) == std::vector<SegmentRun>{{3, 24}});
}

TEST_CASE("rotary angles go by row, then column, in merge order") {
  const VisionConfig config;  // head width 80: 20 frequencies
  const GridThw grid{1, 4, 6};
  const auto angles = rotary_angles(grid, config);
  REQUIRE(angles.size() == 24 * 40);
  // Row 3, column 5 is the last patch of the last block.
  const auto last = angles.end() - 40;
  CHECK(last[0] == doctest::Approx(3.0));
  CHECK(last[1] == doctest::Approx(1.8928719));
  CHECK(last[2] == doctest::Approx(1.1943215));
  CHECK(last[20] == doctest::Approx(5.0));
  CHECK(last[21] == doctest::Approx(3.1547866));
  CHECK(last[22] == doctest::Approx(1.9905359));
  // Rows and columns of the first two blocks.
  const std::vector<float> expected{0, 0, 0, 1, 1, 0, 1, 1, 0, 2, 0, 3, 1, 2, 1, 3};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(angles[i / 2 * 40 + i % 2 * 20] == expected[i]);
}

std::uint16_t to_bf16(float value) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
}
float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

TEST_CASE("a row product is the plain sum, at any width") {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (const std::int64_t width : {1, 3, 31, 32, 33, 64, 127, 128, 129, 160, 511, 1536}) {
    CAPTURE(width);
    constexpr std::int64_t kRows = 5;
    const auto k = static_cast<std::size_t>(width);
    std::vector<float> x(k);
    std::vector<float> w(kRows * k);
    std::vector<std::uint16_t> x16(k);
    std::vector<std::uint16_t> w16(kRows * k);
    for (std::size_t i = 0; i < k; ++i) x[i] = from_bf16(x16[i] = to_bf16(normal(random)));
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = from_bf16(w16[i] = to_bf16(normal(random)));
    std::vector<float> fp32(kRows, -1);
    std::vector<float> bf16(kRows, -1);
    multiply_row_fp32(w.data(), x.data(), fp32.data(), 1, kRows, width);
    multiply_row_bf16(w16.data(), x16.data(), bf16.data(), 1, kRows, width);
    CHECK(fp32[0] == -1);
    CHECK(bf16[0] == -1);
    for (std::size_t row = 1; row < kRows; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < k; ++i) sum += double{w[row * k + i]} * double{x[i]};
      CHECK(fp32[row] ==
            doctest::Approx(sum).epsilon(1e-4).scale(std::sqrt(static_cast<double>(width))));
      CHECK(bf16[row] ==
            doctest::Approx(sum).epsilon(1e-4).scale(std::sqrt(static_cast<double>(width))));
    }
  }
}

}  // namespace
