#include "pipeline/stretch_planner.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "sampler/budget.h"
#include "sampler/overview.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace std::chrono_literals;
using namespace hindsight;
using hindsight::pipeline::PlanPosition;
using hindsight::pipeline::StretchPlanner;
using hindsight::test::make_clip;
using hindsight::test::shared_dir;
using hindsight::test::TempDir;
using sampler::PlanOptions;
using sampler::StretchPlan;

namespace {

std::vector<StretchPlan> plan_all(const std::string& path,
                                  const PlanOptions& options = {},
                                  const PlanPosition& start = {}) {
  const auto scan = ingest::scan_packets(path);
  StretchPlanner planner(path, scan, options, {}, start);
  std::vector<StretchPlan> plans;
  while (auto plan = planner.next()) plans.push_back(std::move(*plan));
  return plans;
}

std::int64_t tokens_of(const StretchPlan& plan) {
  std::int64_t tokens = 0;
  for (const auto& pair : plan.pairs) tokens += pair.num_tokens();
  return tokens;
}

/// Everything that a plan says, as text.
std::string to_text(const StretchPlan& plan) {
  std::string text =
      fmt::format("{} {} {}\n", plan.number, plan.span.begin.ns(), plan.span.end.ns());
  for (const auto& s : plan.shots) {
    text += fmt::format("s {} {} {}\n", s.span.begin.ns(), s.span.end.ns(), s.begins_at_cut);
  }
  for (const auto& a : plan.activity) {
    text += fmt::format("a {} {} {}\n", a.span.begin.ns(), a.span.end.ns(), a.score);
  }
  for (const auto& p : plan.pairs) {
    text += fmt::format("p {} {} {} {} {}x{} {} {}\n",
                        p.first.ns(),
                        p.second.ns(),
                        p.covers.begin.ns(),
                        p.covers.end.ns(),
                        p.width,
                        p.height,
                        p.rank,
                        to_string(p.reason));
  }
  return text;
}

/// An edited film: its file and the frames at which a new shot begins.
struct Film {
  std::string path;
  std::vector<int> cuts;
};

/// Shots of 0.4 to 2.5 s from sources that move fast, slowly or not at all; every third has noise,
/// every fifth a flash of two frames, every seventh fades to black and back.
Film edited_film(const TempDir& dir, unsigned seed, int num_shots) {
  std::mt19937 random(seed);
  const auto share = [&] { return static_cast<double>(random() % 1000) / 1000; };
  const auto color = [&] { return fmt::format("0x{:06x}", random() % 0x1000000); };
  const std::string form = "s=160x90:r=25";
  std::vector<std::string> arguments;
  Film film;
  int frame = 0;
  unsigned last = 99;
  for (int shot = 0; shot < num_shots; ++shot) {
    unsigned kind = static_cast<unsigned>(random() % 8);
    if (kind == last) kind = (kind + 1) % 8;
    last = kind;
    const std::vector<std::string> sources{
        fmt::format("testsrc2={}", form),
        fmt::format("mandelbrot={}:start_scale={:.2f}", form, 0.05 + 2 * share()),
        // With colours of its own choice ffmpeg makes another picture at every run, whatever the
        // seed.
        fmt::format(
            "gradients={}:seed={}:speed={:.3f}:n=4:c0=0x{:06x}:c1={}:c2=0x20a060:c3=0xe0d040",
            form,
            random() % 1000,
            0.01 + 0.1 * share(),
            random() % 0x1000000,
            color()),
        fmt::format("life=s=80x45:r=25:ratio=0.3:seed={}:life_color={},scale=160:90",
                    random() % 1000,
                    color()),
        fmt::format("smptebars={}", form),
        fmt::format("color={}:{},format=yuv444p", color(), form),
        fmt::format(
            "mandelbrot=s=480x270:r=25,crop=160:90:x='(iw-ow)*(0.5+0.5*sin(t*{:.1f}))':y=60",
            1 + 4 * share()),
        fmt::format("testsrc={},rotate=t*{:.1f}", form, 1 + 3 * share())};
    const int frames = 10 + static_cast<int>(random() % 53);
    std::string source = sources[kind];
    if (shot % 3 == 0) source += ",noise=alls=20:allf=t";
    if (shot % 5 == 0) source += ",eq=brightness=0.6:enable='between(n,5,6)'";
    if (shot % 7 == 0 && frames > 40) source += ",fade=out:10:10,fade=in:20:10";
    source += fmt::format(",trim=end_frame={},setsar=1,format=yuv420p", frames);
    arguments.insert(arguments.end(), {"-f", "lavfi", "-i", source});
    if (shot > 0) film.cuts.push_back(frame);
    frame += frames;
  }
  const std::vector<std::string> join{"-filter_complex",
                                      fmt::format("concat=n={}", num_shots),
                                      "-c:v",
                                      "libx264",
                                      "-preset",
                                      "ultrafast",
                                      "-threads",
                                      "2"};
  arguments.insert(arguments.end(), join.begin(), join.end());
  film.path = make_clip(dir.file(fmt::format("film{}.mp4", seed)), arguments);
  return film;
}

bool any_pair_in(const std::vector<StretchPlan>& plans, double from, double to) {
  for (const auto& plan : plans) {
    for (const auto& pair : plan.pairs) {
      if (to_seconds(pair.second) >= from && to_seconds(pair.first) <= to) return true;
    }
  }
  return false;
}

bool any_activity_in(const std::vector<StretchPlan>& plans, double from, double to) {
  for (const auto& a : sampler::join_activity(plans)) {
    if (to_seconds(a.span.end) >= from && to_seconds(a.span.begin) <= to) return true;
  }
  return false;
}

/// Hard cuts of four films.
struct CutScore {
  double cuts = 0;
  double recall = 0;
  double precision = 0;
};

CutScore find_film_cuts(const PlanOptions& options) {
  const TempDir dir;
  double found = 0;
  double right = 0;
  double cuts = 0;
  double detections = 0;
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    const auto film = edited_film(dir, seed, 61);
    std::vector<int> begins;
    for (const auto& shot : sampler::join_shots(plan_all(film.path, options))) {
      if (shot.begins_at_cut)
        begins.push_back(static_cast<int>(std::lround(to_seconds(shot.span.begin) * 25)));
    }
    const auto near = [](const std::vector<int>& frames, int frame) {
      return std::any_of(
          frames.begin(), frames.end(), [&](int f) { return std::abs(f - frame) <= 1; });
    };
    for (const int cut : film.cuts) {
      found += near(begins, cut) ? 1 : 0;
      if (!near(begins, cut)) MESSAGE("film " << seed << ": missed the cut at frame " << cut);
    }
    for (const int begin : begins) {
      right += near(film.cuts, begin) ? 1 : 0;
      if (!near(film.cuts, begin)) MESSAGE("film " << seed << ": no cut at frame " << begin);
    }
    cuts += static_cast<double>(film.cuts.size());
    detections += static_cast<double>(begins.size());
  }
  return {cuts, found / cuts, right / detections};
}

}  // namespace

TEST_CASE("hard cuts of edited films: recall at least 0.97 at a precision of at least 0.95") {
  const auto score = find_film_cuts({.exact = true});
  CHECK(score.cuts >= 100);
  CHECK(score.recall >= 0.97);
  CHECK(score.precision >= 0.95);
}

TEST_CASE("hard cuts by the ladder: recall at least 0.93 at a precision of at least 0.93") {
  const auto score = find_film_cuts({});
  CHECK(score.recall >= 0.93);
  CHECK(score.precision >= 0.93);
}

TEST_CASE("planning that starts at any stretch goes on as if it had begun at the first one") {
  const TempDir dir;
  const auto film = edited_film(dir, 5, 40);
  const PlanOptions options{.coverage_floor = 5s, .stretch_length = 10s};
  const auto whole = plan_all(film.path, options);
  REQUIRE(whole.size() >= 4);
  std::int64_t spent = 0;
  for (std::size_t k = 0; k < whole.size(); ++k) {
    CAPTURE(k);
    const auto rest = plan_all(film.path, options, {static_cast<int>(k), spent});
    REQUIRE(rest.size() == whole.size() - k);
    for (std::size_t i = 0; i < rest.size(); ++i) CHECK(to_text(rest[i]) == to_text(whole[k + i]));
    spent += tokens_of(whole[k]);
  }
  CHECK(spent <= sampler::token_budget(whole.back().span.end, options));
}

TEST_CASE("a reader that others move between two stretches gives the same plans") {
  const TempDir dir;
  const auto film = edited_film(dir, 5, 40);
  const PlanOptions options{.coverage_floor = 5s, .stretch_length = 10s};
  const auto expected = plan_all(film.path, options);
  const auto scan = ingest::scan_packets(film.path);
  ingest::VideoReader reader(film.path);
  StretchPlanner planner(reader, scan, options);
  for (const auto& plan : expected) {
    CAPTURE(plan.number);
    const auto actual = planner.next();
    REQUIRE(actual.has_value());
    CHECK(to_text(*actual) == to_text(plan));
    reader.seek(MediaTime{plan.number * 3s});
    CHECK(reader.next().has_value());
  }
  CHECK_FALSE(planner.next().has_value());
}

TEST_CASE("the cars of the example clip are three activities, each car in a pair") {
  const auto plans = plan_all(hindsight::test::source_dir() + "/examples/clips/car-detection.mp4");
  const auto activity = sampler::join_activity(plans);
  const std::vector<std::pair<double, double>> truth{{4.5, 8.4}, {14.5, 18.9}, {25.2, 27.6}};
  REQUIRE(activity.size() == truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    CHECK(std::abs(to_seconds(activity[i].span.begin) - truth[i].first) < 1);
    CHECK(std::abs(to_seconds(activity[i].span.end) - truth[i].second) < 1);
  }
  for (const auto& [from, to] : {std::pair{4.5, 8.4}, {14.5, 18.1}, {15.1, 18.9}, {25.2, 27.6}}) {
    CHECK(any_pair_in(plans, from, to));
  }
  CHECK(sampler::join_shots(plans).size() == 1);
}

TEST_CASE("each move of a bottle is activity and is in a pair") {
  const auto shared = shared_dir();
  if (shared.empty()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const auto plans = plan_all((shared / "clips" / "bottle-detection.mp4").string());
  for (const auto& [from, to] : {std::pair{6.0, 7.0},
                                 {11.0, 13.0},
                                 {16.0, 17.5},
                                 {22.0, 24.0},
                                 {27.0, 29.0},
                                 {31.0, 32.0},
                                 {35.0, 37.0}}) {
    CAPTURE(from);
    CHECK(any_activity_in(plans, from, to));
    CHECK(any_pair_in(plans, from - 0.3, to + 0.3));
  }
}

TEST_CASE("short, still and black videos have a plan, a tiny budget has none and says so") {
  const TempDir dir;
  for (const auto& [name, length] :
       {std::pair<std::string, std::string>{"one", "0.04"}, {"half", "0.5"}}) {
    CAPTURE(name);
    const auto path = make_clip(dir.file(name + ".mp4"),
                                {"-f", "lavfi", "-i", "color=black:s=64x64:r=25", "-t", length});
    const auto plans = plan_all(path);
    REQUIRE(plans.size() == 1);
    CHECK(plans[0].pairs.size() == 1);
    CHECK(plans[0].activity.empty());
    std::string said;
    const Logger logger(LogLevel::warn, [&](LogLevel, std::string_view line) { said += line; });
    StretchPlanner poor(path, ingest::scan_packets(path), {.max_tokens = 1}, {}, {}, logger);
    CHECK(poor.next()->pairs.empty());
    CHECK(said.find("the budget of 1 tokens") != std::string::npos);
  }
}

TEST_CASE("planning ends when the caller asks for it and refuses a place that is not there") {
  const TempDir dir;
  const auto path =
      make_clip(dir.file("a.mp4"), {"-f", "lavfi", "-i", "testsrc2=s=64x64", "-t", "2"});
  const auto scan = ingest::scan_packets(path);
  StretchPlanner planner(path, scan, {});
  int frames = 0;
  CHECK_FALSE(planner.next([&](MediaTime) { return ++frames < 5; }).has_value());
  CHECK(frames == 5);
  CHECK(planner.next().has_value());
  CHECK_FALSE(planner.next().has_value());
  CHECK(planner.stats().frames_decoded >= 50);
  CHECK_THROWS_AS(StretchPlanner(path, scan, {}, {}, {.stretch = 9}), Error);
  CHECK_THROWS_AS(StretchPlanner(path, scan, {.tokens_per_hour = 0}), Error);
  CHECK_THROWS_AS(StretchPlanner(dir.file("none.mp4"), scan, {}), Error);
}
