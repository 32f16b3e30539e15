// The ladder against reading everything: the same findings from a fraction of the frames.
#include "pipeline/ladder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "pipeline/stretch_planner.h"
#include "sampler/overview.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace std::chrono_literals;
using namespace hindsight;
using hindsight::pipeline::LadderReport;
using hindsight::pipeline::PlanPosition;
using hindsight::pipeline::StretchPlanner;
using hindsight::test::make_clip;
using hindsight::test::TempDir;
using sampler::PlanOptions;
using sampler::StretchPlan;

namespace {

constexpr int kSeconds = 120;
/// A box moves for 0.8 s in every 20 s, and is gone before the next key frame of a two-second grid.
constexpr double kEvery = 20;
constexpr double kFrom = 10.5;
constexpr double kTo = 11.3;
/// A varying rate begins some frames early.
constexpr double kShift = 0.2;

/// Two minutes of a noisy picture that stands still but for the box.
std::string gate_film(const TempDir& dir,
                      const std::string& name,
                      const std::vector<std::string>& coding) {
  std::vector<std::string> arguments{
      "-f",
      "lavfi",
      "-i",
      fmt::format("smptebars=s=320x180:r=25:d={}", kSeconds),
      "-f",
      "lavfi",
      "-i",
      fmt::format("color=black:s=36x36:r=25:d={}", kSeconds),
      "-filter_complex",
      fmt::format("overlay=x='100+90*mod(t-{1},{0})':y=40:enable='between(mod(t,{0}),{1},{2})',"
                  "noise=alls=3:allf=t:all_seed=7,format=yuv420p",
                  kEvery,
                  kFrom,
                  kTo)};
  arguments.insert(arguments.end(), coding.begin(), coding.end());
  return make_clip(dir.file(name), arguments);
}

struct Planned {
  std::vector<StretchPlan> stretches;
  LadderReport report;
  std::int64_t packets = 0;
  std::int64_t frames_decoded = 0;

  [[nodiscard]] double share_decoded() const {
    return static_cast<double>(frames_decoded) / static_cast<double>(packets);
  }
  [[nodiscard]] int events_seen() const {
    int seen = 0;
    for (double begin = kFrom; begin < kSeconds; begin += kEvery) {
      seen += std::ranges::any_of(stretches, [&](const StretchPlan& plan) {
        return std::ranges::any_of(plan.pairs, [&](const sampler::PlannedPair& pair) {
          return to_seconds(pair.second) >= begin - kShift &&
                 to_seconds(pair.first) <= begin + kTo - kFrom;
        });
      });
    }
    return seen;
  }
};

Planned plan(const std::string& path,
             const PlanOptions& options = {},
             const PlanPosition& start = {}) {
  const auto scan = ingest::scan_packets(path);
  StretchPlanner planner(path, scan, options, {}, start);
  Planned planned;
  while (auto stretch = planner.next()) planned.stretches.push_back(std::move(*stretch));
  planned.report = planner.report();
  planned.packets = scan.num_packets;
  planned.frames_decoded = planner.stats().frames_decoded;
  return planned;
}

std::string pairs_text(const StretchPlan& plan) {
  std::string text;
  for (const auto& p : plan.pairs) {
    text += fmt::format("{} {} {}x{} {}\n", p.first.ns(), p.second.ns(), p.width, p.height, p.rank);
  }
  for (const auto& a : plan.activity)
    text += fmt::format("a {} {}\n", a.span.begin.ns(), a.span.end.ns());
  return text;
}

}  // namespace

TEST_CASE("events that fall between key frames are seen, whatever the coding") {
  struct Row {
    std::string name;
    std::string file;
    std::vector<std::string> coding;
    bool climbs;
    double most;  ///< share of the frames that may be decoded
  };
  const std::vector<Row> rows{
      {"two-second groups", "a.mp4", {"-g", "50", "-sc_threshold", "0"}, true, 0.25},
      {"no B pictures", "a.mp4", {"-g", "50", "-bf", "0", "-sc_threshold", "0"}, true, 0.35},
      {"open groups",
       "a.mp4",
       {"-sc_threshold", "0", "-x264-params", "open-gop=1:keyint=50:min-keyint=50"},
       true,
       0.25},
      {"HEVC with CRA",
       "a.mp4",
       {"-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "keyint=50:min-keyint=50:open-gop=1:log-level=none"},
       true,
       0.35},
      {"a constant bit rate",
       "a.mp4",
       // x264's rate control is the same from run to run with one thread alone.
       {"-threads",
        "1",
        "-g",
        "50",
        "-b:v",
        "300k",
        "-minrate",
        "300k",
        "-maxrate",
        "300k",
        "-bufsize",
        "300k"},
       true,
       // The quantiser hides what is added: at this size all is looked at (sampler::look_gaps).
       0.6},
      {"intra refresh", "a.mp4", {"-x264-params", "intra-refresh=1:keyint=50"}, false, 1.1},
      {"one endless group", "a.mp4", {"-g", "100000", "-sc_threshold", "0"}, false, 1.1},
      {"a stream without a table", "a.ts", {"-g", "50"}, false, 1.1},
      {"a varying rate",
       "a.mp4",
       {"-g",
        "50",
        "-sc_threshold",
        "0",
        "-vsync",
        "vfr",
        "-bsf:v",
        "setts=pts=PTS+100*mod(N\\,2):dts=DTS+100*mod(N\\,2)"},
       true,
       0.35},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TempDir dir;
    const auto planned = plan(gate_film(dir, row.file, row.coding));
    CHECK(planned.events_seen() == 6);
    CHECK(planned.report.straight_stretches.empty() == row.climbs);
    CHECK(planned.share_decoded() <= row.most);
  }
}

TEST_CASE("what changes at a key frame that was left out at first is found there") {
  const TempDir dir;
  // The negative from second 30 on: a picture of the same size in bytes.
  const auto path = make_clip(dir.file("a.mp4"),
                              {"-f",
                               "lavfi",
                               "-i",
                               "smptebars=s=320x180:r=25:d=60",
                               "-vf",
                               "format=yuv420p,negate=enable='gte(t,30)'",
                               "-g",
                               "50",
                               "-sc_threshold",
                               "0"});
  const auto planned = plan(path);
  CHECK(planned.report.num_spaces == 30);
  CHECK(planned.report.key_frames.frames < 20);
  REQUIRE(planned.stretches.size() == 1);
  const auto& shots = planned.stretches.front().shots;
  REQUIRE(shots.size() == 2);
  CHECK(shots.back().span.begin == MediaTime{30s});
  CHECK(planned.share_decoded() < 0.1);
}

TEST_CASE("the ladder finds the activity that reading everything finds, within half a second") {
  const TempDir dir;
  const auto path = gate_film(dir, "a.mp4", {"-g", "50", "-sc_threshold", "0"});
  const auto climbed = sampler::join_activity(plan(path).stretches);
  const auto exact = sampler::join_activity(plan(path, {.every_frame = true}).stretches);
  REQUIRE(exact.size() == 6);
  REQUIRE(climbed.size() == exact.size());
  for (std::size_t i = 0; i < exact.size(); ++i) {
    CHECK(abs(climbed[i].span.begin - exact[i].span.begin) < 500ms);
    CHECK(abs(climbed[i].span.end - exact[i].span.end) < 500ms);
  }
}

TEST_CASE("a climb that starts at any stretch goes on as if it had begun at the first one") {
  const TempDir dir;
  const auto path = gate_film(dir, "a.mp4", {"-g", "50", "-sc_threshold", "0"});
  const PlanOptions options{.coverage_floor = 10s, .stretch_length = 30s};
  const auto whole = plan(path, options).stretches;
  REQUIRE(whole.size() == 4);
  std::int64_t spent = 0;
  for (std::size_t k = 0; k < whole.size(); ++k) {
    CAPTURE(k);
    const auto rest = plan(path, options, {static_cast<int>(k), spent});
    CHECK(rest.report.straight_stretches.empty());
    REQUIRE(rest.stretches.size() == whole.size() - k);
    for (std::size_t i = 0; i < rest.stretches.size(); ++i) {
      CHECK(pairs_text(rest.stretches[i]) == pairs_text(whole[k + i]));
    }
    for (const auto& pair : whole[k].pairs) spent += pair.num_tokens();
  }
}

TEST_CASE("no coverage floor goes without a pair, and every planned frame is there to be fetched") {
  const TempDir dir;
  const auto path = gate_film(dir, "a.mp4", {"-g", "125", "-sc_threshold", "0"});
  const auto planned = plan(path);
  CHECK(planned.report.straight_stretches.empty());
  std::vector<MediaTime> times{MediaTime{} - 10s};
  ingest::VideoReader reader(path);
  for (const auto& stretch : planned.stretches) {
    for (const auto& pair : stretch.pairs) {
      times.push_back(pair.first);
      for (const MediaTime time : {pair.first, pair.second}) {
        reader.seek(time);
        CHECK(reader.next()->time() == time);
      }
    }
  }
  times.push_back(MediaTime{std::chrono::seconds{kSeconds + 10}});
  std::ranges::sort(times);
  for (std::size_t i = 1; i < times.size(); ++i) CHECK(times[i] - times[i - 1] <= 20s);
}

TEST_CASE("a climb ends when the caller asks for it") {
  const TempDir dir;
  const auto path = gate_film(dir, "a.mp4", {"-g", "50", "-sc_threshold", "0"});
  const auto scan = ingest::scan_packets(path);
  StretchPlanner planner(path, scan, {});
  for (const int limit : {5, 70}) {
    int frames = 0;
    CHECK_FALSE(planner.next([&](MediaTime) { return ++frames < limit; }).has_value());
    CHECK(frames == limit);
  }
  CHECK(planner.next().has_value());
  CHECK_FALSE(planner.next().has_value());
}

TEST_CASE("where packets give no pictures is told, by the ladder and without it") {
  const TempDir dir;
  const auto path = gate_film(dir, "a.mp4", {"-g", "50", "-sc_threshold", "0"});
  CHECK(plan(path).report.not_decoded.empty());
  CHECK(plan(path, {.every_frame = true}).report.not_decoded.empty());
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(size / 3)
      << std::string(static_cast<std::size_t>(size / 3), '\xff');
  for (const bool exact : {false, true}) {
    CAPTURE(exact);
    const auto planned = plan(path, {.every_frame = exact});
    CHECK(planned.report.straight_stretches.empty() != exact);
    const auto& lost = planned.report.not_decoded;
    REQUIRE_FALSE(lost.empty());
    MediaDuration length{0};
    for (const auto& span : lost) {
      CHECK(span.length() >= 1s);
      length += span.length();
    }
    CHECK(to_seconds(length) > kSeconds / 6.0);
    CHECK(to_seconds(length) < kSeconds / 2.0);
  }
}

namespace {

struct EditedFilm {
  std::string path;
  std::vector<double> joints;  ///< cuts, and of each third a dissolve of 0.8 s the middle
};

/// A minute at 720p with a joint in every five seconds.
EditedFilm edited_film(const TempDir& dir, const std::vector<std::string>& coding) {
  constexpr int kShots = 12;
  constexpr double kShot = 5;
  constexpr double kBlend = 0.8;
  const std::vector<std::string> sources{"smptebars", "testsrc2", "mandelbrot", "rgbtestsrc"};
  EditedFilm film;
  std::vector<std::string> arguments;
  std::string shots;
  std::string joins;
  std::string last = "s0";
  double end = 0;
  for (std::size_t i = 0; i < kShots; ++i) {
    arguments.insert(
        arguments.end(),
        {"-f",
         "lavfi",
         "-i",
         fmt::format("{}=s=1280x720:r=25,trim=duration={}", sources[i % sources.size()], kShot)});
    shots +=
        fmt::format("[{0}]format=yuv420p,settb=1/25,noise=alls=3:allf=t:all_seed={0}[s{0}];", i);
    const bool is_blend = i > 0 && i % 3 == 0;
    if (is_blend) {
      film.joints.push_back(end - kBlend / 2);
      joins += fmt::format(
          ";[{}][s{}]xfade=duration={}:offset={}[j{}]", last, i, kBlend, end - kBlend, i);
    } else if (i > 0) {
      film.joints.push_back(end);
      joins += fmt::format(";[{}][s{}]concat=n=2,settb=1/25[j{}]", last, i, i);
    }
    end += kShot - (is_blend ? kBlend : 0);
    if (i > 0) last = fmt::format("j{}", i);
  }
  shots.pop_back();
  arguments.insert(
      arguments.end(),
      {"-filter_complex", shots + joins, "-map", fmt::format("[{}]", last), "-preset", "veryfast"});
  arguments.insert(arguments.end(), coding.begin(), coding.end());
  film.path = make_clip(dir.file("edit.mp4"), arguments);
  return film;
}

}  // namespace

TEST_CASE("--exact finds cuts and dissolves of large pictures and reads a part of them") {
  const std::vector<std::vector<std::string>> codings{{"-g", "50", "-sc_threshold", "0"},
                                                      {"-g", "250"}};
  for (const auto& coding : codings) {
    CAPTURE(coding[1]);
    const TempDir dir;
    const auto film = edited_film(dir, coding);
    const auto planned = plan(film.path, {.exact = true});
    CHECK(planned.report.straight_stretches.empty());
    CHECK(planned.report.told_cuts == 0);
    // Of a minute 20 s are read whatever they hold.
    CHECK(planned.share_decoded() < 0.65);
    std::vector<double> found;
    for (const auto& shot : sampler::join_shots(planned.stretches))
      if (shot.begins_at_cut) found.push_back(to_seconds(shot.span.begin));
    CHECK(found.size() == film.joints.size());
    for (const double joint : film.joints) {
      CAPTURE(joint);
      CHECK(std::ranges::any_of(found, [&](double cut) { return std::abs(cut - joint) < 0.25; }));
    }
  }
}
