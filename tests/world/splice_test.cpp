#include "world/splice.h"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "support/temp_dir.h"
#include "world/clip.h"
#include "world/make.h"
#include "world/needles.h"
#include "world/programme.h"

using namespace hindsight;
using namespace hindsight::world;
using nlohmann::json;

namespace {

constexpr ingest::VideoWriterOptions kVideo{.width = 160, .height = 96, .rate = 5};

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

MakeOptions small(std::filesystem::path out, double minutes, int needles) {
  return {.seed = 11,
          .minutes = minutes,
          .width = 160,
          .height = 96,
          .fps = 5,
          .needles = needles,
          .out = std::move(out)};
}

/// Mean over the samples of the box.
double difference(const Image& a, const Image& b, const PixelBox& box) {
  double sum = 0;
  for (int y = box.y0; y < box.y1; ++y)
    for (int x = 3 * box.x0; x < 3 * box.x1; ++x)
      sum += std::abs(int{a.view().row(y)[x]} - int{b.view().row(y)[x]});
  return sum / (3.0 * box.width() * box.height());
}

double difference(const Image& a, const Image& b) {
  return difference(a, b, {0, 0, a.width, a.height});
}

/// Where the needle is in its first picture.
PixelBox box_of(const Insert& needle) {
  const Shot& shot = needle.clips[needle.order[0]].frames[static_cast<std::size_t>(needle.first)];
  for (const auto& sight : shot.sights)
    if (sight.entity == needle.entity) return sight.box;
  return shot.boards[0].box;
}

}  // namespace

TEST_CASE("a spliced file has every picture at its time, and the same seed gives the same bytes") {
  const test::TempDir dir;
  for (const auto* name : {"a.mp4", "b.mp4"}) make_video(small(dir.path() / name, 1.5, 2));
  CHECK(bytes_of(dir.path() / "a.mp4").size() > 10'000);
  CHECK(bytes_of(dir.path() / "a.mp4") == bytes_of(dir.path() / "b.mp4"));
  CHECK(bytes_of(dir.path() / "a.events.jsonl") == bytes_of(dir.path() / "b.events.jsonl"));

  const std::string file = dir.file("a.mp4");
  CHECK(ingest::scan_packets(file).end == MediaTime{std::chrono::seconds(90)});
  ingest::VideoReader reader(file);
  std::int64_t frames = 0;
  while (const auto frame = reader.next()) {
    CHECK(frame->time() == MediaTime{std::chrono::milliseconds(200 * frames)});
    ++frames;
  }
  CHECK(frames == 450);
  CHECK(reader.stats().errors == 0);
}

TEST_CASE("what goes on over a joint is one event") {
  const test::TempDir dir;
  make_video(small(dir.path() / "x.mp4", 6, 1));
  const auto log = lines_of(dir.path() / "x.events.jsonl");
  const auto same = [](const json& a, const json& b) {
    return a["event"] == b["event"] && a.value("entity", json()) == b.value("entity", json()) &&
           a.value("other", json()) == b.value("other", json()) &&
           a.value("text", json()) == b.value("text", json());
  };
  int events = 0;
  for (const auto& a : log) {
    if (a["event"] == "scene" || a["event"] == "cut" || a["end"] == a["begin"]) continue;
    ++events;
    for (const auto& b : log) {
      CAPTURE(a.dump());
      CHECK_FALSE(
          (same(a, b) && std::abs(a["end"].get<double>() - b["begin"].get<double>()) < 1e-6));
    }
  }
  CHECK(events > 10);
}

TEST_CASE("the number of needles does not grow with the length") {
  const test::TempDir dir;
  for (const double minutes : {1.0, 3.0}) {
    CAPTURE(minutes);
    make_video(small(dir.path() / "x.mp4", minutes, 2));
    std::vector<json> needles, visible;
    double scenes_end = 0;
    for (const auto& e : lines_of(dir.path() / "x.events.jsonl")) {
      if (e["event"] == "needle") needles.push_back(e);
      if (e["event"] == "visible") visible.push_back(e);
      if (e["event"] != "scene") continue;
      CHECK(e["begin"].get<double>() == doctest::Approx(scenes_end));
      scenes_end = e["end"];
    }
    CHECK(scenes_end == doctest::Approx(minutes * 60));
    CHECK(needles.size() == 2);
    for (const auto& n : needles) {
      CHECK(n["end"] > n["begin"]);
      if (!n.contains("entity")) continue;
      int same = 0, rivals = 0;
      for (const auto& v : visible) {
        const bool kind = v["entity"]["kind"] == n["entity"]["kind"];
        const bool color = v["entity"]["color"] == n["entity"]["color"];
        same += kind && color;
        rivals += kind != color;
      }
      CHECK(same == 1);
      CHECK(rivals >= 5);
    }
  }
}

TEST_CASE("questions about needles have at least five distractors") {
  const test::TempDir dir;
  make_video(small(dir.path() / "x.mp4", 2, 3));
  std::vector<json> needles;
  for (const auto& e : lines_of(dir.path() / "x.events.jsonl"))
    if (e["event"] == "needle") needles.push_back(e);
  int asked = 0;
  for (const auto& q : lines_of(dir.path() / "x.questions.jsonl")) {
    if (q["type"] != "when") continue;
    for (const auto& n : needles) {
      const auto& span = q["answer"]["intervals"][0];
      if (std::abs(span[0].get<double>() - n["begin"].get<double>()) > 0.21 ||
          std::abs(span[1].get<double>() - n["end"].get<double>()) > 0.21)
        continue;
      ++asked;
      CHECK(q["distractors"] >= 5);
      CHECK(q["length_class"] == n["length_class"]);
    }
  }
  CHECK(asked >= 2);
}

TEST_CASE("a needle is in the decoded pictures from its begin to its end and in no others") {
  const Library library = make_library(
      {.seed = 21, .family = "sign_clock", .cameras = 2, .seconds = 14, .video = kVideo});
  Rng rng(4);
  NeedleMaker maker(library, reserve_combinations(rng), kVideo, rng);
  const test::TempDir dir;
  for (const std::int64_t shown : {1, 7, 120}) {
    CAPTURE(shown);
    const auto pair = maker.make(shown);
    const Insert& needle = pair.needle;
    CHECK(needle.last - needle.first == shown);
    ingest::SegmentWriter writer(dir.file("n.mkv"), kVideo);
    for (const std::size_t i : needle.order) writer.append(needle.clips[i].packets);
    CHECK(writer.num_pictures() == needle_frames(shown, kVideo));
    writer.finish();
    ingest::VideoReader reader(dir.file("n.mkv"));
    std::vector<Image> pictures;
    while (const auto frame = reader.next()) pictures.push_back(frame->rgb());
    REQUIRE(pictures.size() == static_cast<std::size_t>(writer.num_pictures()));
    const auto box = box_of(needle);
    const auto apart = [&](std::int64_t a, std::int64_t b) {
      return difference(
          pictures[static_cast<std::size_t>(a)], pictures[static_cast<std::size_t>(b)], box);
    };
    const double without = apart(needle.first - 1, needle.last);
    for (const auto inside : {needle.first, needle.last - 1})
      for (const auto outside : {needle.first - 1, needle.last}) {
        CAPTURE(inside);
        CHECK(apart(inside, outside) > 2 * without);
        CHECK(apart(inside, outside) > 8);
      }
  }
}

TEST_CASE("clips show the pictures of their world, and fit where the scene stands still") {
  const Library library = make_library(
      {.seed = 3, .family = "sign_clock", .cameras = 1, .seconds = 40, .video = kVideo});
  const CameraSet& set = library.cameras[0];
  REQUIRE(set.clips.size() > 2);
  const test::TempDir dir;
  ingest::SegmentWriter writer(dir.file("all.mkv"), kVideo);
  for (const std::size_t i : set.clips) writer.append(library.clips[i].packets);
  writer.finish();
  ingest::VideoReader reader(dir.file("all.mkv"));
  Renderer direct(set.world, kVideo.width, kVideo.height);
  std::int64_t k = 0;
  int checked = 0;
  while (const auto frame = reader.next()) {
    const double t = kWarmUp + static_cast<double>(k++) / rate_of(kVideo);
    if (k % 9 != 0) continue;
    CHECK(difference(frame->rgb(), direct.render(t).picture) < 6);
    ++checked;
  }
  CHECK(checked > 10);
  for (std::size_t i = 0; i + 1 < set.clips.size(); ++i)
    CHECK(library.clips[set.clips[i]].exit == library.clips[set.clips[i + 1]].entry);
}

TEST_CASE("a programme's takes are 2 to 20 seconds long and its cuts stand in the pictures") {
  const Programme p =
      make_programme({.family = "programme", .seed = 6, .seconds = 90, .spacing = 6});
  REQUIRE(p.takes.size() > 5);
  CHECK(p.takes.back().end == 90);
  ProgrammeRenderer renderer(p, 112, 84);
  double end = 0;
  for (const auto& take : p.takes) {
    CHECK(take.begin == end);
    CHECK(take.end - take.begin >= 2);
    CHECK(take.end - take.begin < 22.1);
    end = take.end;
    if (take.begin == 0) continue;
    CHECK((take.into == Transition::cut) == (take.blend == 0));
    const Shot before = renderer.render(take.begin - 0.05);
    const Shot first = renderer.render(take.begin);
    const Shot after = renderer.render(take.begin + take.blend + 0.05);
    CHECK(first.mixed == (take.into != Transition::cut));
    CHECK(difference(before.picture, after.picture) > 8);
    const Image& nearer = take.into == Transition::cut ? after.picture : before.picture;
    CHECK(difference(first.picture, nearer) < 8);
  }
  std::map<int, int> places;
  for (const auto& phase : p.story.phases) ++places[phase.place];
  CHECK(places.size() > 2);
}

TEST_CASE("splicing refuses what it cannot do with one sentence") {
  const test::TempDir dir;
  const auto message_of = [](const MakeOptions& options) -> std::string {
    try {
      make_video(options);
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::usage);
      return e.what();
    }
    return "";
  };
  MakeOptions o = small(dir.path() / "x.mp4", 0.3, 30);
  CHECK(message_of(o) ==
        "--needles 30 do not fit in 0.3 minutes; give fewer needles or more minutes");
  o.needles = -1;
  CHECK(message_of(o) == "--needles -1 is out of range; give 0 to 1000");
  o = small(dir.path() / "x.mp4", 0.3, 1);
  o.questions_per_type = -1;
  CHECK(message_of(o) == "--questions-per-type -1 is out of range; give at least 0");
  o = small(dir.path() / "x.ts", 0.3, 1);
  CHECK(message_of(o).find("segments cannot be joined in '") == 0);
}
