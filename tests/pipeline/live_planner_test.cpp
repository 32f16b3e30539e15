#include "pipeline/live_planner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "sampler/ongoing.h"
#include "sampler/pictures.h"

using namespace hindsight;
using namespace std::chrono_literals;
using pipeline::LivePlanner;
using sampler::PlannedPair;
using sampler::StretchPlan;
using test::make_film;

namespace {

struct Planned {
  std::vector<StretchPlan> steps;
  std::vector<StretchPlan> stretches;
  MediaDuration longest_lag{0};
  std::size_t most_pictures = 0;

  [[nodiscard]] std::vector<PlannedPair> pairs() const {
    std::vector<PlannedPair> all;
    for (const auto& stretch : stretches)
      all.insert(all.end(), stretch.pairs.begin(), stretch.pairs.end());
    std::ranges::sort(all, {}, &PlannedPair::first);
    return all;
  }
  [[nodiscard]] bool looks_into(double from, double to) const {
    return std::ranges::any_of(pairs(), [&](const PlannedPair& pair) {
      return to_seconds(pair.first) >= from && to_seconds(pair.second) <= to;
    });
  }
};

sampler::PlanOptions live_options() {
  sampler::PlanOptions options;
  options.stretch_length = 20s;
  return options;
}

/// `breaks`: seconds before which the stream breaks off.
Planned plan(const std::vector<sampler::SmallPicture>& film,
             const sampler::PlanOptions& options = live_options(),
             std::int64_t room = INT64_MAX,
             const std::vector<double>& breaks = {}) {
  LivePlanner planner(options, {1280, 720});
  Planned planned;
  const auto drain = [&] {
    while (auto step = planner.decide(room)) {
      planned.steps.push_back(*step);
      planner.settle(std::move(*step));
      if (auto stretch = planner.close()) planned.stretches.push_back(std::move(*stretch));
    }
    planned.most_pictures = std::max(planned.most_pictures, planner.num_pictures());
  };
  MediaTime end;
  for (const auto& picture : film) {
    const bool breaks_here = std::ranges::any_of(breaks, [&](double at) {
      return to_seconds(end - picture.duration) < at && to_seconds(picture.time) >= at;
    });
    if (breaks_here) {
      planner.break_off(end);
      drain();
    }
    planner.add(picture);
    end = picture.time + picture.duration;
    drain();
  }
  planner.break_off(end);
  drain();
  planned.longest_lag = planner.longest_lag();
  return planned;
}

test::Scene box_between(double from, double to, unsigned seed) {
  return test::with_box(
      test::still(seed),
      [=](double s) { return s < from || s >= to ? -20.0 : 5 + 40 * (s - from) / (to - from); },
      6,
      8,
      230);
}

}  // namespace

TEST_CASE("a scene where nothing happens gets a look each coverage floor and no more") {
  const auto planned = plan(make_film(test::still(3), {.seconds = 130, .noise = 1}));
  const auto pairs = planned.pairs();
  CHECK(pairs.size() >= 7);
  CHECK(pairs.size() <= 10);
  MediaTime last;
  for (const auto& pair : pairs) {
    CHECK(pair.first - last <= 20s);
    last = pair.first;
  }
  CHECK(planned.stretches.size() == 7);
  for (const auto& stretch : planned.stretches) CHECK_FALSE(stretch.pairs.empty());
}

TEST_CASE("what moves is looked at, once it is over too, wherever steps begin") {
  for (const double from : {10.0, 10.7, 11.3, 11.9}) {
    CAPTURE(from);
    const auto planned =
        plan(make_film(box_between(from, from + 1.5, 5), {.seconds = 30, .noise = 1}));
    CHECK(planned.looks_into(from, from + 1.6));
    CHECK(planned.looks_into(from + 1.5, from + 5));
    const auto activity = std::ranges::count_if(planned.steps, [](const StretchPlan& step) {
      return !step.activity.empty();
    });
    CHECK(activity >= 1);
    CHECK(activity <= 2);
  }
}

TEST_CASE("a long activity gets looks all along, and not one a step more than that") {
  const auto planned = plan(make_film(box_between(8, 28, 5), {.seconds = 40, .noise = 1}));
  const auto pairs = planned.pairs();
  const auto inside = std::ranges::count_if(pairs, [](const PlannedPair& pair) {
    return to_seconds(pair.first) >= 8 && to_seconds(pair.second) <= 28;
  });
  CHECK(inside >= 8);
  CHECK(inside <= 30);
  for (double at = 8; at + 4 <= 28; at += 2) CHECK(planned.looks_into(at, at + 4));
}

TEST_CASE("every shot of a second or more gets a pair, also across steps and stretches") {
  const std::vector<double> cuts{5.1, 7.9, 9.2, 13.6, 14.9, 19.8, 21.1, 24.5};
  const auto planned = plan(make_film(test::cut_at(cuts, 7), {.seconds = 30}));
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    CAPTURE(cuts[i]);
    CHECK(planned.looks_into(cuts[i], cuts[i + 1]));
  }
  std::size_t begun = 0;
  for (const auto& stretch : planned.stretches) {
    for (const auto& shot : stretch.shots) begun += shot.begins_at_cut ? 1 : 0;
  }
  CHECK(begun == cuts.size());
}

TEST_CASE("what a cut shows first is looked at, wherever in a step it falls") {
  for (double cut = 10; cut < 12; cut += 0.24) {
    CAPTURE(cut);
    const auto cut_and_later = test::with_box(
        test::cut_at({cut}, 7), [=](double s) { return 10 * (s - cut - 4); }, 4, 4, 250);
    const auto planned = plan(make_film(cut_and_later, {.seconds = 25, .noise = 1}));
    CHECK(std::ranges::any_of(planned.pairs(), [&](const PlannedPair& pair) {
      return std::abs(to_seconds(pair.first) - cut - 0.35) <= 0.36;
    }));
  }
}

TEST_CASE("shots shorter than a second are looked at, in steps too, if nothing in them is new") {
  std::vector<double> cuts{9.0};
  for (const double length : {0.4, 0.72, 0.28, 0.92, 0.52, 0.6, 0.4, 0.8}) {
    cuts.push_back(cuts.back() + length);
  }
  const auto back_and_forth = [&, one = test::still(1), other = test::still(2)](
                                  int x, int y, double seconds) {
    const auto shot = std::ranges::upper_bound(cuts, seconds + 1e-6) - cuts.begin();
    return (shot % 2 == 0 ? one : other)(x, y, seconds);
  };
  const auto planned = plan(make_film(back_and_forth, {.seconds = 20}));
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    CAPTURE(cuts[i]);
    CHECK(planned.looks_into(cuts[i] - 1e-6, cuts[i + 1]));
  }
}

TEST_CASE("decisions are less than five seconds behind and pictures are bounded") {
  for (const double fps : {5.0, 25.0, 60.0}) {
    CAPTURE(fps);
    const auto planned = plan(make_film(test::still(1), {.fps = fps, .seconds = 70}));
    CHECK(planned.longest_lag <= 5s);
    CHECK(planned.longest_lag >= 4s);
    CHECK(static_cast<double>(planned.most_pictures) <= 36 * fps);
  }
}

TEST_CASE("a picture that ends behind the border of stretches makes no stretch of its own") {
  auto film = make_film(test::still(3), {.seconds = 20});
  film.back().duration += 1ms;
  const auto planned = plan(film);
  REQUIRE(planned.stretches.size() == 1);
  CHECK(planned.stretches[0].span == TimeSpan{MediaTime{}, MediaTime{20s}});
}

TEST_CASE("stretches share out the time, their ranks count from 0, a break ends one") {
  const auto film = make_film(box_between(12, 30, 2), {.seconds = 53, .noise = 1});
  const auto planned = plan(film, live_options(), INT64_MAX, {27.3});
  REQUIRE(planned.stretches.size() == 4);
  const std::vector<double> begins{0, 20, 27.32, 47.32};
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const auto& stretch = planned.stretches[i];
    CHECK(stretch.number == static_cast<int>(i));
    CHECK(to_seconds(stretch.span.begin) == doctest::Approx(begins[i]).epsilon(0.002));
    MediaDuration covered{0};
    std::set<int> ranks;
    for (const auto& pair : stretch.pairs) {
      covered += pair.covers.length();
      ranks.insert(pair.rank);
      CHECK(stretch.span.contains(pair.first));
      CHECK(stretch.span.contains(pair.second));
    }
    CHECK(covered == stretch.span.length());
    CHECK(ranks.size() == stretch.pairs.size());
    CHECK(*ranks.begin() == 0);
    CHECK(*ranks.rbegin() == static_cast<int>(ranks.size()) - 1);
  }
}

TEST_CASE("a step takes no more than there is room for, nor than the budget holds") {
  const auto film = make_film(box_between(4, 60, 2), {.seconds = 60, .noise = 1});
  CHECK(plan(film, live_options(), 0).pairs().empty());
  for (const auto& step : plan(film, live_options(), 40).steps) {
    int tokens = 0;
    for (const auto& pair : step.pairs) tokens += pair.num_tokens();
    CHECK(tokens <= 40);
  }
  auto options = live_options();
  options.max_tokens = 300;
  int tokens = 0;
  for (const auto& pair : plan(film, options).pairs()) tokens += pair.num_tokens();
  CHECK(tokens <= 300);
  CHECK(tokens > 200);
  options.stretch_length = 1s;
  CHECK_THROWS_AS(LivePlanner(options, {1280, 720}), Error);
}

TEST_CASE("tokens that repeats leave are there for later pairs") {
  auto options = live_options();
  options.max_tokens = 1000;
  LivePlanner planner(options, {1280, 720});
  for (const auto& picture : make_film(test::still(1), {.seconds = 5})) planner.add(picture);
  auto step = planner.decide();
  REQUIRE(step);
  REQUIRE_FALSE(step->pairs.empty());
  CHECK(planner.budget() < 1000);
  step->pairs.clear();
  planner.settle(std::move(*step));
  CHECK(planner.budget() == 1000);
}

TEST_CASE("joined parts: originals come before their repeats") {
  const auto pair = [](double at, int rank, std::optional<int> same_as = {}) {
    PlannedPair planned;
    planned.first = MediaTime{from_seconds(at)};
    planned.second = MediaTime{from_seconds(at + 0.3)};
    planned.rank = rank;
    planned.same_as = same_as;
    return planned;
  };
  StretchPlan first{0, {{}, MediaTime{2s}}, {{{{}, MediaTime{2s}}, false}}, {}, {pair(1, 10)}};
  StretchPlan second{1,
                     {MediaTime{2s}, MediaTime{4s}},
                     {{{MediaTime{2s}, MediaTime{4s}}, false}},
                     {},
                     {pair(2.5, 11, 10), pair(3.2, 12)}};
  const auto joined = sampler::join_parts(4, {{}, MediaTime{4s}}, {first, second});
  CHECK(joined.number == 4);
  CHECK(joined.shots.size() == 1);
  REQUIRE(joined.pairs.size() == 3);
  CHECK(to_seconds(joined.pairs[0].first) == 1);
  CHECK(to_seconds(joined.pairs[1].first) == 3.2);
  CHECK(to_seconds(joined.pairs[2].first) == 2.5);
  CHECK(joined.pairs[2].same_as == 0);
  CHECK(joined.pairs[0].covers.begin == MediaTime{});
  CHECK(joined.pairs[1].covers.end == MediaTime{4s});
}
