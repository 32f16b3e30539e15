#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/make_clip.h"
#include "support/run_command.h"
#include "support/temp_dir.h"

using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::run_hindsight;
using hindsight::test::TempDir;

TEST_CASE("probe lists streams and exact frame times") {
  const TempDir dir;
  const auto clip = make_clip(
      dir.file("v.mp4"),
      numbered({.frames = 10, .rate = "30000/1001"},
               {"-f", "lavfi", "-i", "sine=duration=0.3", "-c:v", "libx264", "-c:a", "aac"}));
  const auto result = run_hindsight({"probe", clip, "--frames", "--json"});
  REQUIRE(result.exit_code == 0);
  CHECK(result.err.empty());
  const auto json = nlohmann::json::parse(result.out);
  REQUIRE(json.at("streams").size() == 2);
  CHECK(json.at("streams").at(0).at("codec") == "h264");
  CHECK(json.at("streams").at(1).at("type") == "audio");
  CHECK(json.at("stream") == 0);
  REQUIRE(json.at("frames").size() == 10);
  const auto& third = json.at("frames").at(2);
  CHECK(third.at("pts_exact") == "1001/15000");
  CHECK(third.at("duration_exact") == "1001/30000");
  CHECK(third.at("pts_time").get<double>() == doctest::Approx(0.066733));
  CHECK(third.at("media_time").get<double>() == doctest::Approx(0.066733));
  const auto text = run_hindsight({"probe", clip, "--frames"});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("1001/15000") != std::string::npos);
}

TEST_CASE("probe refuses what has no pictures with exit code 3 and prints nothing else") {
  const TempDir dir;
  const auto sound =
      make_clip(dir.file("sound.m4a"), {"-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"});
  const auto clip = make_clip(dir.file("v.mp4"), numbered({.frames = 5}, {"-c:v", "libx264"}));
  struct Row {
    std::vector<std::string> arguments;
    std::string message;
  };
  const std::vector<Row> rows{
      {{"probe", dir.file("missing.mp4")},
       "cannot read '" + dir.file("missing.mp4") + "': there is no such file; check the path"},
      {{"probe", dir.path().string()},
       "cannot read '" + dir.path().string() + "': it is a folder; name a video file in it"},
      {{"probe", sound, "--json"},
       "cannot read '" + sound + "': it has sound but no video stream; name a file with pictures"},
      {{"probe", clip, "--frames", "--stream", "4", "--json"},
       "cannot read '" + clip +
           "': there is no stream 4, it has streams 0 to 0; see 'hindsight probe'"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    const auto result = run_hindsight(row.arguments);
    CHECK(result.exit_code == 3);
    CHECK(result.out.empty());
    CHECK(result.err.find(row.message) != std::string::npos);
  }
}
