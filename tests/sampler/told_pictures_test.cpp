#include "sampler/told_pictures.h"

#include <algorithm>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "pictures.h"
#include "plans.h"
#include "sampler/stretch.h"

using namespace std::chrono_literals;
using namespace hindsight;
using namespace hindsight::sampler;
using namespace hindsight::test;

namespace {

/// Every two seconds one picture is seen, of frames at 25 a second.
struct Glimpses {
  std::vector<SmallPicture> seen;
  std::vector<MediaTime> frames;
};

Glimpses glimpses_of(const Scene& scene) {
  Glimpses glimpses;
  for (const auto& picture : make_film(scene, {.seconds = 30, .noise = 1})) {
    if (glimpses.frames.size() % 50 == 0) {
      glimpses.seen.push_back(picture);
      glimpses.seen.back().unseen = glimpses.seen.size() > 1 ? 2s : 0s;
    }
    glimpses.frames.push_back(picture.time);
  }
  return glimpses;
}

}  // namespace

TEST_CASE("what packets tell of a gap gets a pair there, and a cut begins its shot there") {
  const auto glimpses = glimpses_of(cut_at({20.4}, 3));
  const std::vector<Told> told{
      {MediaTime{5200ms}, false}, {MediaTime{20400ms}, true}, {MediaTime{20800ms}, false}};
  StretchInput input{0, {MediaTime{}, MediaTime{30s}}, glimpses.seen, kDisplay, 20'000};
  input.frames = glimpses.frames;
  const auto before = plan_stretch(input, {});
  input.told = told;
  const auto plan = plan_stretch(input, {});
  const auto pair_at = [](const StretchPlan& of, MediaTime time) {
    return std::ranges::find(of.pairs, time, &PlannedPair::first);
  };
  for (const MediaTime time : {MediaTime{5200ms}, MediaTime{20800ms}}) {
    CHECK(pair_at(before, time) == before.pairs.end());
    const auto pair = pair_at(plan, time);
    REQUIRE(pair != plan.pairs.end());
    CHECK(pair->second > pair->first);
    CHECK(pair->covers.contains(time));
  }
  CHECK(pair_at(plan, MediaTime{5200ms})->reason == Reason::activity);
  REQUIRE(plan.shots.size() == 2);
  CHECK(plan.shots[1].span.begin == MediaTime{20400ms});
  CHECK(plan.shots[1].begins_at_cut);
  // Nothing is claimed to have been seen there.
  CHECK(plan.activity.size() == before.activity.size());
  for (const auto& pair : plan.pairs) {
    const bool across = pair.first < MediaTime{20400ms} && pair.second >= MediaTime{20400ms};
    CHECK_FALSE(across);
  }
}

TEST_CASE("what a shot shows last is looked at, also where packets tell its end") {
  const auto glimpses = glimpses_of(cut_at({21.4}, 3));
  const std::vector<Told> told{{MediaTime{21400ms}, true}};
  StretchInput input{0, {MediaTime{}, MediaTime{30s}}, glimpses.seen, kDisplay, 20'000};
  input.frames = glimpses.frames;
  const auto looks_at_end = [](const StretchPlan& plan) {
    return std::ranges::count_if(plan.pairs, [](const PlannedPair& pair) {
      return pair.first >= MediaTime{20700ms} && pair.second < MediaTime{21400ms};
    });
  };
  CHECK(looks_at_end(plan_stretch(input, {})) == 0);
  input.told = told;
  CHECK(looks_at_end(plan_stretch(input, {})) == 1);
}

TEST_CASE("a cut that packets tell before a stretch's first picture begins its first shot") {
  const auto glimpses = glimpses_of(cut_at({10.4}, 3));
  const std::vector<Told> told{{MediaTime{10400ms}, true}};
  StretchInput input{1, {MediaTime{10300ms}, MediaTime{30s}}, glimpses.seen, kDisplay, 20'000};
  input.frames = glimpses.frames;
  input.told = told;
  const auto plan = plan_stretch(input, {});
  REQUIRE(plan.shots.size() == 1);
  CHECK(plan.shots[0].begins_at_cut);
  // The stretch before ends with the shot before.
  input = {0, {MediaTime{}, MediaTime{10300ms}}, glimpses.seen, kDisplay, 20'000};
  input.frames = glimpses.frames;
  input.told = told;
  CHECK(plan_stretch(input, {}).shots.size() == 1);
}

TEST_CASE("whatever packets tell of the gaps of random films, a plan keeps its promises") {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    const auto film = random_film(seed);
    std::mt19937 random(seed);
    std::vector<SmallPicture> seen;
    std::vector<Told> told;
    for (std::size_t i = 0; i < film.size(); ++i) {
      if (i % 50 == 0 || (i > 400 && i < 500)) {
        const auto gap = seen.empty() ? MediaDuration{0} : film[i].time - seen.back().time;
        seen.push_back(film[i]);
        seen.back().unseen = gap > 40ms ? gap : MediaDuration{0};
      }
      if (random() % 30 == 0) told.push_back({film[i].time, random() % 4 == 0});
    }
    std::vector<MediaTime> frames;
    for (const auto& picture : film) frames.push_back(picture.time);
    for (const TimeSpan span : {TimeSpan{MediaTime{}, film.back().time + film.back().duration},
                                TimeSpan{MediaTime{7300ms}, MediaTime{23100ms}}}) {
      for (const std::int64_t budget : {60, 2'000, 100'000}) {
        StretchInput input{0, span, seen, kDisplay, budget};
        input.frames = frames;
        input.told = told;
        const auto plan = plan_stretch(input, {});
        check_plan(plan, film, budget);
        for (const auto& pair : plan.pairs) {
          CHECK(span.contains(pair.first));
          CHECK(span.contains(pair.second));
        }
      }
    }
  }
}

TEST_CASE("what packets tell of a picture that was seen changes nothing") {
  const auto film = make_film(still(2), {.seconds = 20, .noise = 1});
  StretchInput input{0, {MediaTime{}, MediaTime{20s}}, film, kDisplay, 20'000};
  const auto plan = plan_stretch(input, {});
  const std::vector<Told> told{{MediaTime{5200ms}, false}, {MediaTime{9s}, true}};
  input.told = told;
  CHECK(same(plan, plan_stretch(input, {})));
}
