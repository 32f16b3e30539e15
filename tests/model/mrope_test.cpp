#include "model/mrope.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/goldens.h"
#include "model/prompt.h"

namespace hindsight::model {
namespace {

using Ids = std::vector<std::int64_t>;

Ids axis(const Positions& positions, int i) {
  const auto values = positions.axis(i);
  return {values.begin(), values.end()};
}

VisualBlock image(int h, int w) { return {VisualPart::Kind::image, {1, h, w}, 1.0}; }
VisualBlock video(int t, int h, int w, double second_per_grid = 1.0) {
  return {VisualPart::Kind::video, {t, h, w}, second_per_grid};
}

constexpr PositionOptions kQwen2{.family = Family::qwen2_vl};
constexpr PositionOptions kQwen2_5{.family = Family::qwen2_5_vl};

ModelConfig tiny_config(Family family) {
  ModelConfig config;
  config.family = family;
  config.vision.tokens_per_second = 2;
  config.vision_start_id = 96;
  config.vision_end_id = 97;
  config.image_pad_id = 98;
  config.video_pad_id = 99;
  return config;
}

}  // namespace

TEST_CASE("text alone counts up on all axes") {
  const std::vector<Segment> segments{TextRun{2}, TextRun{3}};
  const auto positions = positions_of(segments, kQwen2);
  for (int i = 0; i < 3; ++i) CHECK(axis(positions, i) == Ids{0, 1, 2, 3, 4});
  CHECK(positions.rope_delta() == 0);
  CHECK(positions_of(std::vector<Segment>{}, kQwen2).length == 0);
}

TEST_CASE("an image between texts") {
  const std::vector<Segment> segments{TextRun{2}, image(4, 4), TextRun{3}};
  const auto positions = positions_of(segments, kQwen2);
  CHECK(axis(positions, 0) == Ids{0, 1, 2, 2, 2, 2, 4, 5, 6});
  CHECK(axis(positions, 1) == Ids{0, 1, 2, 2, 3, 3, 4, 5, 6});
  CHECK(axis(positions, 2) == Ids{0, 1, 2, 3, 2, 3, 4, 5, 6});
  CHECK(positions.next == 7);
  CHECK(positions.rope_delta() == -2);
}

TEST_CASE("an image and a video, Qwen2-VL") {
  const std::vector<Segment> segments{
      TextRun{3}, image(4, 6), TextRun{2}, video(3, 4, 4), TextRun{3}};
  const auto positions = positions_of(segments, kQwen2);
  CHECK(axis(positions, 0) ==
        Ids{0, 1, 2, 3, 3, 3, 3, 3, 3, 6, 7, 8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 12, 13});
  CHECK(axis(positions, 1) ==
        Ids{0, 1, 2, 3, 3, 3, 4, 4, 4, 6, 7, 8, 8, 9, 9, 8, 8, 9, 9, 8, 8, 9, 9, 11, 12, 13});
  CHECK(axis(positions, 2) ==
        Ids{0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 11, 12, 13});
  CHECK(positions.rope_delta() == -12);
}

TEST_CASE("a video at several rates, Qwen2.5-VL") {
  struct Row {
    double second_per_grid;
    Ids steps, last;
    std::int64_t delta;
  };
  const std::vector<Row> rows{{1.0, {3, 5, 7, 9}, {10, 11, 12}, -9},
                              {0.5, {3, 4, 5, 6}, {7, 8, 9}, -12},
                              {2.0, {3, 7, 11, 15}, {16, 17, 18}, -3}};
  for (const auto& row : rows) {
    CAPTURE(row.second_per_grid);
    const std::vector<Segment> segments{
        TextRun{3}, video(4, 4, 4, row.second_per_grid), TextRun{3}};
    const auto positions = positions_of(segments, kQwen2_5);
    const auto time = axis(positions, 0);
    for (std::size_t i = 0; i < 16; ++i) CHECK(time[3 + i] == row.steps[i / 4]);
    CHECK(Ids(time.end() - 3, time.end()) == row.last);
    CHECK(positions.rope_delta() == row.delta);
  }
}

TEST_CASE("a long video: the reference rule, and that of transformers 5") {
  const std::vector<Segment> segments{TextRun{15}, video(128, 20, 36), TextRun{20}};
  const auto modern = positions_of(segments, kQwen2_5);
  CHECK(modern.ids.back() == 289);
  CHECK(modern.rope_delta() == -22785);
  const auto first = positions_of(segments, kQwen2);
  CHECK(first.ids.back() == 162);
  CHECK(first.rope_delta() == -22912);
  PositionOptions v5 = kQwen2_5;
  v5.rule = PositionRule::transformers_v5;
  CHECK(positions_of(segments, v5).ids.back() == 52);
}

TEST_CASE("temporal steps at several frame rates") {
  struct Row {
    double fps;
    Ids steps;
  };
  const std::vector<Row> rows{{1, {0, 4, 8, 12, 16, 20, 24, 28}},
                              {1.5, {0, 2, 5, 8, 10, 13, 16, 18}},
                              {2, {0, 2, 4, 6, 8, 10, 12, 14}},
                              {2.5, {0, 1, 3, 4, 6, 8, 9, 11}},
                              {3, {0, 1, 2, 4, 5, 6, 8, 9}},
                              {4, {0, 1, 2, 3, 4, 5, 6, 7}},
                              {24, {0, 0, 0, 0, 0, 0, 1, 1}}};
  for (const auto& row : rows) {
    CAPTURE(row.fps);
    const std::vector<Segment> segments{video(8, 2, 2, 2 / row.fps)};
    CHECK(axis(positions_of(segments, kQwen2_5), 0) == row.steps);
  }
}

TEST_CASE("transformers 5 truncates the seconds first, so that fast videos stand still") {
  PositionOptions v5 = kQwen2_5;
  v5.rule = PositionRule::transformers_v5;
  const std::vector<Segment> slow{video(3, 2, 2, 1.5)};
  CHECK(axis(positions_of(slow, v5), 0) == Ids{0, 2, 4});
  const std::vector<Segment> fast{video(3, 2, 2, 0.5)};
  CHECK(axis(positions_of(fast, v5), 0) == Ids{0, 0, 0});
}

TEST_CASE("positions agree with transformers 4.49 for prompts given as ids") {
  for (const auto& row : test::load_golden("position_goldens.json")) {
    const auto config =
        tiny_config(row["family"] == "qwen2_vl" ? Family::qwen2_vl : Family::qwen2_5_vl);
    VisualGrids grids;
    for (const auto& g : row["images"]) grids.images.push_back({g[0], g[1], g[2]});
    for (const auto& g : row["videos"]) grids.videos.push_back({g[0], g[1], g[2]});
    grids.second_per_grid = row["second_per_grid"].get<std::vector<double>>();
    const auto ids = row["ids"].get<std::vector<int>>();
    CAPTURE(row.dump());
    const auto positions = positions_of(segments_of(ids, grids, config), position_options(config));
    for (int i = 0; i < 3; ++i) {
      CHECK(axis(positions, i) == row["positions"][static_cast<std::size_t>(i)].get<Ids>());
    }
    CHECK(positions.rope_delta() == row["rope_delta"].get<std::int64_t>());
  }
}

TEST_CASE("a prompt of parts and the same as ids have the same positions") {
  const auto config = tiny_config(Family::qwen2_5_vl);
  VisualPart clip{
      .kind = VisualPart::Kind::video, .grid = {3, 4, 6}, .tokens = {}, .second_per_grid = 0.7};
  VisualPart still{.kind = VisualPart::Kind::image, .grid = {1, 2, 4}, .tokens = {}};
  const Prompt prompt{TextPart{1, 2, 96}, clip, TextPart{97, 3, 96}, still, TextPart{97}};
  const auto ids = to_input_ids(prompt, config);
  CHECK(static_cast<int>(ids.size()) == num_tokens(prompt));
  CHECK(num_tokens(prompt) == 3 + 18 + 3 + 2 + 1);
  CHECK(std::count(ids.begin(), ids.end(), 99) == 18);
  const VisualGrids grids{{{1, 2, 4}}, {{3, 4, 6}}, {0.7}};
  const auto options = position_options(config);
  CHECK(positions_of(segments_of(prompt), options).ids ==
        positions_of(segments_of(ids, grids, config), options).ids);
}

TEST_CASE("pads that do not agree with the grids are refused") {
  const auto config = tiny_config(Family::qwen2_vl);
  const std::vector<int> ids{1, 96, 98, 98, 97, 96, 99, 97};
  const auto segments = [&](const VisualGrids& grids) { return segments_of(ids, grids, config); };
  CHECK(segments({{{1, 2, 4}}, {{1, 2, 2}}, {}}).size() == 5);
  CHECK_THROWS_WITH(segments({{}, {{1, 2, 2}}, {}}),
                    "the prompt has more images than the 0 grid(s) given");
  CHECK_THROWS_WITH(segments({{{1, 2, 4}}, {}, {}}),
                    "the prompt has more videos than the 0 grid(s) given");
  CHECK_THROWS_WITH(segments({{{1, 2, 4}, {1, 2, 2}}, {{1, 2, 2}}, {}}),
                    "the prompt has fewer images than the 2 grid(s) given");
  CHECK_THROWS_WITH(segments({{{1, 4, 4}}, {{1, 2, 2}}, {}}),
                    "2 pad tokens at position 2 of the prompt do not match a grid of 1 x 4 x 4 "
                    "patches, which makes 4 "
                    "tokens");
  CHECK_THROWS_WITH(segments({{{1, 2, 4}}, {{1, 2, 2}}, {1.0, 2.0}}),
                    "second_per_grid_ts has 2 value(s) for 1 video grid(s)");
  CHECK_THROWS_WITH(segments({{{1, 3, 4}}, {{1, 2, 2}}, {}}),
                    "a grid of 1 x 3 x 4 patches (time, height, width) has no positions: every "
                    "side must be positive, "
                    "height and width even, their product at most 2147483648");
  const std::vector<Segment> empty_grid{video(0, 2, 2)};
  CHECK_THROWS_AS((void)positions_of(empty_grid, kQwen2), Error);
}

TEST_CASE("rotary columns take their axis from the sections, twice over") {
  const auto axes = mrope_axes(std::vector<int>{16, 24, 24}, 128);
  for (int column = 0; column < 128; ++column) {
    const int k = column % 64;
    CHECK(axes[static_cast<std::size_t>(column)] == (k < 16 ? 0 : k < 40 ? 1 : 2));
  }
  CHECK(mrope_axes(std::vector<int>{2, 1, 1}, 8) == std::vector<int>{0, 0, 1, 2, 0, 0, 1, 2});
  // Two sections: the halves differ.
  CHECK(mrope_axes(std::vector<int>{1, 1}, 4) == std::vector<int>{0, 1, 2, 0});
  CHECK_THROWS_WITH((void)mrope_axes(std::vector<int>{16, 24, 24}, 64),
                    "mrope_section [16, 24, 24] covers 128 rotary columns, but a head has 64");
}

}  // namespace hindsight::model
