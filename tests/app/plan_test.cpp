#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "app/planned.h"
#include "support/make_clip.h"
#include "support/run_command.h"
#include "support/temp_dir.h"

using hindsight::test::CommandResult;
using hindsight::test::make_clip;
using hindsight::test::run_command;
using hindsight::test::run_hindsight;
using hindsight::test::run_unlimited;
using hindsight::test::TempDir;

namespace {

/// Two stills with a cut at 2 s, 4 s long.
std::string two_shots(const TempDir& dir) {
  return make_clip(dir.file("two \"shots\".mp4"),
                   {"-f",
                    "lavfi",
                    "-i",
                    "testsrc2=s=160x90:r=25:d=2,loop=50:1,trim=end_frame=50",
                    "-f",
                    "lavfi",
                    "-i",
                    "smptebars=s=160x90:r=25:d=2",
                    "-filter_complex",
                    "concat"});
}

}  // namespace

TEST_CASE("plan --json has exactly the promised members, ranked, within the budget") {
  const TempDir dir;
  const auto path = two_shots(dir);
  const auto result = run_unlimited({"plan", path, "--json", "--max-tokens", "90"});
  REQUIRE(result.exit_code == 0);
  const auto json = nlohmann::json::parse(result.out);
  CHECK(json.size() == 5);
  CHECK(json["video"] == path);
  CHECK(json["duration"].get<double>() == doctest::Approx(4));
  REQUIRE(json["shots"].size() == 2);
  CHECK(json["shots"][1]["from"].get<double>() == doctest::Approx(2));
  CHECK(json["activity"].empty());
  int tokens = 0;
  int rank = 0;
  for (const auto& pair : json["pairs"]) {
    CHECK(pair.size() == 7);
    CHECK(pair["rank"] == rank++);
    CHECK(pair["from"].get<double>() <= pair["to"].get<double>());
    tokens += pair["tokens"].get<int>();
    CHECK(pair["width"].get<int>() / 28 * (pair["height"].get<int>() / 28) == pair["tokens"]);
  }
  CHECK(rank >= 2);
  CHECK(tokens <= 90);
  CHECK(result.out.find("\"duration\":4.000000") != std::string::npos);
}

TEST_CASE("plan --explain tells what each rung cost, and --every-frame decodes everything") {
  const TempDir dir;
  // A minute that stands still but for a box that is there for a second.
  const auto path = make_clip(dir.file("still.mp4"),
                              {"-f",
                               "lavfi",
                               "-i",
                               "smptebars=s=160x90:r=25:d=60",
                               "-f",
                               "lavfi",
                               "-i",
                               "color=white:s=20x20:r=25:d=60",
                               "-filter_complex",
                               "overlay=x='40+20*(t-31)':y=30:enable='between(t,31,32)'",
                               "-g",
                               "50",
                               "-sc_threshold",
                               "0"});
  const auto text = run_unlimited({"plan", path, "--explain"});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("key frames") != std::string::npos);
  CHECK(text.out.find("% of 1 500 frames were decoded for this plan") != std::string::npos);
  const auto ladder = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"plan", path, "--json", "--explain"});
    return nlohmann::json::parse(run_unlimited(arguments).out)["ladder"];
  };
  const auto climbed = ladder({});
  CHECK(climbed["packets"]["packets"] == 1500);
  // One in 8 s, and those around the box.
  CHECK(climbed["key_frames"]["spaces"] == 30);
  CHECK(climbed["key_frames"]["frames"].get<int>() >= 9);
  CHECK(climbed["key_frames"]["frames"].get<int>() < 20);
  CHECK(climbed["windows"]["frames"].get<int>() < 150);
  REQUIRE_FALSE(climbed["windows"]["opened"].empty());
  for (const auto& window : climbed["windows"]["opened"]) {
    CHECK(window["from"].get<double>() >= 28);
    CHECK(window["to"].get<double>() <= 36);
    CHECK((window["reason"] == "packets" || window["reason"] == "change"));
  }
  CHECK(climbed["all_frames"]["stretches"] == 0);
  const auto every = ladder({"--every-frame"});
  CHECK(every["all_frames"]["stretches"] == 1);
  // Opening the file had decoded the first ones.
  CHECK(every["all_frames"]["frames"].get<int>() >= 1490);
  CHECK(every["windows"]["opened"].empty());
}

TEST_CASE("of an edited film a part is read, packets tell most of its cuts, and it is said") {
  const TempDir dir;
  constexpr int kShots = 18;
  const std::vector<std::string> sources{
      "smptebars", "testsrc", "mandelbrot", "rgbtestsrc", "testsrc2"};
  std::vector<std::string> arguments;
  std::string joined;
  for (std::size_t i = 0; i < kShots; ++i) {
    const auto& source = sources[i % sources.size()];
    arguments.insert(
        arguments.end(),
        {"-f", "lavfi", "-i", source + "=s=1280x720:r=12.5,trim=duration=5.2,format=yuv420p"});
    joined += "[" + std::to_string(i) + "]";
  }
  arguments.insert(arguments.end(),
                   {"-filter_complex",
                    joined + "concat=n=" + std::to_string(kShots),
                    "-preset",
                    "ultrafast",
                    "-g",
                    "25",
                    "-sc_threshold",
                    "0"});
  const auto path = make_clip(dir.file("edit.mp4"), arguments);
  const auto plan = nlohmann::json::parse(run_unlimited({"plan", path, "--json", "--explain"}).out);
  const auto& ladder = plan["ladder"];
  CHECK_FALSE(ladder["windows"]["left_to_packets"].empty());
  CHECK(ladder["key_frames"]["told_cuts"].get<int>() > 3);
  // 20 s are always read, of 94; on top come the key frames.
  const auto decoded =
      ladder["windows"]["frames"].get<int>() + ladder["key_frames"]["frames"].get<int>();
  CHECK(decoded < 0.4 * ladder["packets"]["packets"].get<int>());
  int found = 0;
  for (int i = 1; i < kShots; ++i) {
    const auto is_there = [&](const nlohmann::json& shot) {
      return std::abs(shot["from"].get<double>() - 5.2 * i) < 0.25;
    };
    found += static_cast<int>(std::ranges::any_of(plan["shots"], is_there));
  }
  CHECK(found >= kShots - 3);
  CHECK(run_unlimited({"timeline", path}).out.find("--exact decodes all that may be one") !=
        std::string::npos);
  CHECK(run_unlimited({"timeline", path, "--exact"}).out.find("told by packets") ==
        std::string::npos);
}

TEST_CASE("plan and timeline say the same to people and to programs") {
  const TempDir dir;
  const auto path = two_shots(dir);
  const auto text = run_unlimited({"plan", path});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("shots     2") != std::string::npos);
  CHECK(text.out.find("rank  from") != std::string::npos);
  CHECK(run_unlimited({"timeline", path}).out.find("shot 2") != std::string::npos);
  CHECK(run_unlimited({"timeline", path, "--format", "csv"}).out ==
        "kind,from,to,score\nshot,0.000000,2.000000,\nshot,2.000000,4.000000,\n");
  CHECK(
      run_unlimited({"timeline", path, "--format", "vtt"}).out ==
      "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nshot 1\n\n00:00:02.000 --> 00:00:04.000\nshot 2\n");
  const auto json =
      nlohmann::json::parse(run_unlimited({"timeline", path, "--format", "json"}).out);
  CHECK(json.size() == 4);
}

TEST_CASE("no pair is larger than the model reads, and it is said which model that is") {
  const TempDir dir;
  const auto path = two_shots(dir);
  const auto model = dir.file("model");
  std::filesystem::create_directory(model);
  constexpr int kMostTokens = 12;
  std::ofstream(model + "/preprocessor_config.json")
      << nlohmann::json{{"min_pixels", 28 * 28}, {"max_pixels", kMostTokens * 28 * 28}};
  const auto largest = [](const CommandResult& result) {
    CAPTURE(result.err);
    const auto plan = nlohmann::json::parse(result.out);
    int most = 0;
    for (const auto& pair : plan["pairs"]) most = std::max(most, pair["tokens"].get<int>());
    return most;
  };
  const auto limited = largest(run_hindsight({"plan", path, "--json", "--model", model}));
  CHECK(limited > 0);
  CHECK(limited <= kMostTokens);
  CHECK(largest(run_unlimited({"plan", path, "--json"})) > kMostTokens);
  for (const std::string verb : {"plan", "timeline"}) {
    CAPTURE(verb);
    const auto text = run_hindsight({verb, path, "--model", model});
    CHECK(text.out.find("\nmodel     " + model + ": 12 to 12 tokens a pair\n") !=
          std::string::npos);
    const auto absent = run_hindsight({verb, path, "--model", dir.file("absent")});
    CHECK(absent.exit_code == 5);
    CHECK(absent.err.starts_with("hindsight: no model folder at '" + dir.file("absent")));
  }
  const auto live = run_hindsight({"plan", "--live", path, "--json", "--model", model});
  CHECK(live.err.find("model " + model + ": 12 to 12 tokens a pair\n") != std::string::npos);
  std::istringstream lines(live.out);
  int num_pairs = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto event = nlohmann::json::parse(line);
    if (event["type"] != "pair") continue;
    ++num_pairs;
    CHECK(event["tokens"] <= kMostTokens);
  }
  CHECK(num_pairs > 0);

  // A program beside which none ships.
  const auto alone = dir.file("bin/hindsight");
  std::filesystem::create_directory(dir.file("bin"));
  std::filesystem::copy_file(hindsight::test::hindsight_program(), alone);
  const auto without = run_command(
      {alone, "plan", path},
      {.standard_input = {},
       .environment = {
           "HINDSIGHT_MODEL=", "HINDSIGHT_CONFIG=", "XDG_CONFIG_HOME=" + dir.file("c")}});
  CHECK(without.exit_code == 0);
  CHECK(without.out.find("planned without a model: 16 to 576 tokens a pair\n") !=
        std::string::npos);
}

TEST_CASE("plan and timeline refuse what they cannot do in one sentence") {
  const TempDir dir;
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
  };
  const std::vector<Row> rows{
      {{"plan"}, 2},
      {{"plan", dir.file("none.mp4")}, 3},
      {{"timeline", dir.file("none.mp4")}, 3},
      {{"plan", two_shots(dir), "--tokens-per-hour", "0"}, 2},
      {{"plan", two_shots(dir), "--tokens-per-hour", "many"}, 2},
      {{"plan", two_shots(dir), "--max-pair-tokens", "4"}, 2},
      {{"plan", two_shots(dir), "--json", "--rows", "3"}, 2},
      {{"timeline", two_shots(dir), "--format", "pdf"}, 2},
  };
  for (const auto& row : rows) {
    const auto result = run_unlimited(row.arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == row.exit_code);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("hindsight: "));
  }
}
