#include "world/make.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "evaluation/question_file.h"
#include "ingest/video_reader.h"
#include "support/temp_dir.h"
#include "world/chronicle.h"
#include "world/families/family.h"

using namespace hindsight;
using namespace hindsight::world;
using nlohmann::json;

namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<json> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line));
  return lines;
}

std::string message_of(const MakeOptions& options) {
  try {
    make_video(options);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the same seed makes the same video, events and questions, whatever the threads") {
  for (const auto* family : {"road_gate", "programme"}) {
    CAPTURE(family);
    const test::TempDir one;
    const test::TempDir three;
    const auto make = [&](const test::TempDir& dir, int threads) {
      make_video({.seed = 5,
                  .family = family,
                  .minutes = 0.2,
                  .width = 160,
                  .height = 96,
                  .spacing = 3,
                  .threads = threads,
                  .out = dir.path() / "v.mp4"});
    };
    make(one, 1);
    make(three, 3);
    CHECK(bytes_of(one.path() / "v.mp4").size() > 1000);
    for (const auto* name : {"v.mp4", "v.events.jsonl", "v.questions.jsonl"})
      CHECK(bytes_of(one.path() / name) == bytes_of(three.path() / name));
  }
}

TEST_CASE("every family makes a video whose questions point into it") {
  const test::TempDir dir;
  for (const auto& family : families()) {
    CAPTURE(family.name);
    const auto out = dir.path() / (std::string(family.name) + ".mp4");
    const auto report = make_video({.seed = 8,
                                    .family = std::string(family.name),
                                    .minutes = 0.5,
                                    .width = 224,
                                    .height = 140,
                                    .fps = 5,
                                    .spacing = 4,
                                    .out = out});
    CHECK(report.frames == 150);
    CHECK(report.questions > 3);
    std::set<std::string> ids;
    for (const auto& q : lines_of(dir.path() / (std::string(family.name) + ".questions.jsonl"))) {
      CHECK(ids.insert(q["id"].get<std::string>()).second);
      CHECK(q["video"] == out.filename().string());
      CHECK(q["question"].get<std::string>().find('{') == std::string::npos);
      for (const auto& span : q["evidence"]) {
        CHECK(span[0] >= 0);
        CHECK(span[0] < span[1]);
        CHECK(span[1] <= 31.0);
      }
    }
    CHECK_FALSE(lines_of(dir.path() / (std::string(family.name) + ".events.jsonl")).empty());
  }
}

TEST_CASE("a programme's questions are of every type and can be read by the evaluation") {
  const test::TempDir dir;
  const auto out = dir.path() / "p.mp4";
  make_video({.seed = 2,
              .family = "programme",
              .minutes = 2,
              .width = 224,
              .height = 126,
              .fps = 5,
              .spacing = 8,
              .questions_per_type = 5,
              .out = out});
  std::map<std::string, int> types;
  const std::vector<std::filesystem::path> files{dir.path() / "p.questions.jsonl"};
  for (const auto& q : evaluation::read_questions(files)) {
    ++types[q.type];
    for (const auto& span : q.evidence) CHECK(span.begin < span.end);
  }
  for (const auto* type : {"attribute",
                           "reading",
                           "when",
                           "all_occurrences",
                           "count_events",
                           "count_entities",
                           "order",
                           "before_after",
                           "during",
                           "duration",
                           "state",
                           "direction",
                           "two_hop",
                           "absent",
                           "summary"}) {
    CAPTURE(std::string(type));
    CHECK(types[type] >= 1);
    CHECK(types[type] <= 5);
  }
  int cuts = 0;
  for (const auto& e : lines_of(dir.path() / "p.events.jsonl")) cuts += e["event"] == "cut";
  CHECK(cuts > 4);
}

TEST_CASE("pictures stand at the times of the rate that is asked for") {
  const test::TempDir dir;
  struct Row {
    std::string codec;
    double fps;
    std::int64_t milliseconds;
  };
  for (const Row& row : {Row{"vp9", 12.5, 80}, Row{"hevc", 8, 125}, Row{"mpeg4", 2.5, 400}}) {
    CAPTURE(row.codec);
    const auto out = dir.path() / (row.codec + ".mp4");
    make_video({.family = "table",
                .minutes = 0.04,
                .width = 64,
                .height = 112,
                .fps = row.fps,
                .codec = row.codec,
                .out = out});
    ingest::VideoReader reader(out.string());
    CHECK(reader.facts().height == 112);
    std::int64_t frames = 0;
    while (const auto frame = reader.next())
      CHECK(frame->time() == MediaTime{std::chrono::milliseconds(row.milliseconds * frames++)});
    CHECK(frames == std::llround(2.4 * row.fps));
  }
}

TEST_CASE("boxes are told of every picture and agree with the log, joined from clips or not") {
  const test::TempDir dir;
  for (const auto& needles : {std::optional<int>{}, std::optional<int>{1}}) {
    CAPTURE(needles.has_value());
    make_video({.seed = 4,
                .family = "road_gate",
                .minutes = needles ? 3.0 : 0.5,
                .width = 160,
                .height = 96,
                .fps = 5,
                .spacing = 4,
                .needles = needles,
                .boxes = true,
                .out = dir.path() / "b.mp4"});
    const auto pictures = lines_of(dir.path() / "b.boxes.jsonl");
    REQUIRE(pictures.size() == (needles ? 900U : 150U));
    // A thing is plain in the first picture of each time in which the log calls it visible, and in
    // none before the first of these times.
    std::map<int, double> seen_first;
    for (const auto& picture : pictures) {
      for (const auto& thing : picture["things"]) {
        const auto& box = thing["box"];
        CHECK(box[0] < box[2]);
        CHECK(box[1] < box[3]);
        CHECK(box[2] <= 160);
        CHECK(box[3] <= 96);
        if (thing["plain"]) seen_first.try_emplace(thing["id"], picture["t"]);
      }
    }
    std::map<int, double> visible_first;
    for (const auto& event : lines_of(dir.path() / "b.events.jsonl"))
      if (event["event"] == "visible")
        visible_first.try_emplace(event["entity"]["id"], event["begin"]);
    REQUIRE_FALSE(visible_first.empty());
    REQUIRE(seen_first.size() == visible_first.size());
    for (const auto& [id, begin] : visible_first)
      CHECK(seen_first.at(id) == doctest::Approx(begin).epsilon(1e-3));
  }
}

TEST_CASE("boxes of a sign have its text and height, and are written only when asked for") {
  const test::TempDir dir;
  MakeOptions options{.seed = 4,
                      .family = "sign_clock",
                      .minutes = 0.1,
                      .width = 320,
                      .height = 180,
                      .fps = 5,
                      .out = dir.path() / "s.mp4"};
  make_video(options);
  CHECK_FALSE(std::filesystem::exists(dir.path() / "s.boxes.jsonl"));
  options.boxes = true;
  make_video(options);
  const auto pictures = lines_of(dir.path() / "s.boxes.jsonl");
  REQUIRE_FALSE(pictures.empty());
  REQUIRE_FALSE(pictures[0]["texts"].empty());
  const auto& text = pictures[0]["texts"][0];
  CHECK_FALSE(text["text"].get<std::string>().empty());
  CHECK(text["height"] > 2);
  CHECK(text["height"] < 100);
  // A folder of that name stands in the way.
  std::filesystem::create_directory(dir.path() / "t.boxes.jsonl");
  options.out = dir.path() / "t.mp4";
  CHECK(message_of(options).find("t.boxes.jsonl") != std::string::npos);
}

TEST_CASE("options that cannot be made are refused with one sentence") {
  const test::TempDir dir;
  const auto out = dir.path() / "x.mp4";
  CHECK(message_of({.minutes = 0, .out = out}) ==
        "--minutes 0 is out of range; give more than 0, at most 1440");
  CHECK(message_of({.fps = 0, .out = out}) == "--fps 0 is out of range; give 1 to 120");
  CHECK(message_of({.width = 321, .out = out}) ==
        "a video of 321x180 cannot be written; both sides must be even, from 16 to 8192");
  CHECK(message_of({.codec = "theora", .out = out}) ==
        "cannot encode 'theora'; choose h264, hevc, mpeg4 or vp9");
  CHECK(message_of({.spacing = 0, .out = out}) == "--spacing 0 is out of range; give at least 0.5");
  CHECK(message_of({.out = dir.path() / "none" / "x.mp4"}).find("cannot write '") == 0);
  CHECK(message_of({.out = dir.path() / "x.unknown"}).find("no container is known for '") == 0);
}

TEST_CASE("intervals merge over small gaps only") {
  const auto merged = merge({{5, 6}, {0, 1}, {1.5, 2}, {6.1, 7}}, 1);
  REQUIRE(merged.size() == 2);
  CHECK(merged[0].end == 2);
  CHECK(merged[1].begin == 5);
  CHECK(merged[1].end == 7);
}
