#include "sampler/stretch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "pictures.h"
#include "plans.h"
#include "sampler/sizing.h"

using namespace std::chrono_literals;
using namespace hindsight;
using namespace hindsight::sampler;
using namespace hindsight::test;

namespace {

/// No time longer than the floor without a pair, no activity and no shot of a second without one.
void check_coverage(const StretchPlan& plan, const PlanOptions& options, MediaDuration frame) {
  std::vector<MediaTime> times{plan.span.begin - options.coverage_floor / 2};
  for (const auto& pair : plan.pairs) times.push_back(pair.first);
  times.push_back(plan.span.end + options.coverage_floor / 2);
  std::sort(times.begin(), times.end());
  for (std::size_t i = 1; i < times.size(); ++i) {
    CHECK(times[i] - times[i - 1] <= options.coverage_floor + frame + 500ms);
  }
  const auto any_in = [&](const TimeSpan& span) {
    return std::any_of(plan.pairs.begin(), plan.pairs.end(), [&](const PlannedPair& p) {
      return span.overlaps({p.first, p.second + MediaDuration{1}});
    });
  };
  for (const auto& a : plan.activity) CHECK(any_in(a.span));
  for (const auto& shot : plan.shots) {
    if (shot.span.length() >= 1s + frame) CHECK(any_in(shot.span));
  }
}

}  // namespace

TEST_CASE("over random films and budgets a plan keeps its promises") {
  const PlanOptions options{.coverage_floor = 8s};
  for (unsigned seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    const auto film = random_film(seed);
    for (const std::int64_t budget : {0, 17, 60, 400, 2'000, 100'000}) {
      CAPTURE(budget);
      const auto plan = plan_film(film, budget, options);
      check_plan(plan, film, budget);
      if (budget == 100'000) check_coverage(plan, options, film.front().duration);
      if (budget == 60) CHECK(same(plan, plan_film(film, budget, options)));
    }
  }
}

TEST_CASE("a plan depends on the pictures around its stretch and on no others") {
  const auto film =
      make_film(with_box(
                    cut_at({7, 15, 31.2}, 3), [](double s) { return 9 * (s - 18); }, 4, 4, 250),
                {.seconds = 40, .noise = 2});
  const TimeSpan span{MediaTime{10s}, MediaTime{30s}};
  const auto whole = plan_stretch({1, span, film, kDisplay, 900}, {});
  std::vector<SmallPicture> near;
  for (const auto& p : film) {
    if (p.time >= span.begin - kStretchContext && p.time < span.end + kStretchContext) {
      near.push_back(p);
    }
  }
  CHECK(same(whole, plan_stretch({1, span, near, kDisplay, 900}, {})));
  CHECK_FALSE(whole.shots.front().begins_at_cut);
  CHECK(whole.shots.size() == 2);
}

TEST_CASE("a smaller budget gives the first ranks of the same moments") {
  const auto film = make_film(with_box(
                                  still(2), [](double s) { return 8 * (s - 12); }, 4, 4, 250),
                              {.seconds = 40, .noise = 1});
  // At the least size the ranking alone decides.
  const PlanOptions options{.min_pair_tokens = 16, .max_pair_tokens = 21};
  const auto large = plan_film(film, 2'000, options);
  REQUIRE(large.pairs.size() >= 4);
  for (std::size_t count = 0; count <= large.pairs.size(); ++count) {
    std::int64_t budget = 0;
    for (std::size_t i = 0; i < count; ++i) budget += large.pairs[i].num_tokens();
    const auto small = plan_film(film, budget, options);
    REQUIRE(small.pairs.size() >= std::min<std::size_t>(count, large.pairs.size()));
    for (std::size_t i = 0; i < count; ++i) CHECK(small.pairs[i].first == large.pairs[i].first);
  }
}

TEST_CASE("activity comes first and gets more pixels than an empty scene") {
  const auto film = make_film(with_box(
                                  still(2), [](double s) { return 16 * (s - 30); }, 3, 3, 250),
                              {.seconds = 60, .noise = 1});
  const auto plan = plan_film(film, 5'000);
  REQUIRE(plan.activity.size() == 1);
  REQUIRE_FALSE(plan.pairs.empty());
  int most = 0;
  int least = 1'000;
  for (const auto& pair : plan.pairs) {
    if (pair.reason == Reason::activity) most = std::max(most, pair.num_tokens());
    if (pair.reason == Reason::coverage) least = std::min(least, pair.num_tokens());
  }
  CHECK(most > 2 * least);
}

TEST_CASE("what comes to rest is looked at as closely as what moves, before a cut takes it away") {
  const Scene scene = with_box(
      cut_at({8.5}, 7),
      [](double s) { return s < 5 || s >= 8.5 ? -99 : 16 * (std::min(s, 7.0) - 5); },
      3,
      3,
      250);
  const auto plan = plan_film(make_film(scene, {.fps = 10, .seconds = 30, .noise = 1}), 10'000);
  int at_rest = 0;
  int empty = 1'000;
  for (const auto& pair : plan.pairs) {
    const double first = to_seconds(pair.first);
    if (first > 7.1 && first < 8.5) at_rest = pair.num_tokens();
    if (first > 12) empty = std::min(empty, pair.num_tokens());
  }
  CHECK(at_rest > 2 * empty);
}

TEST_CASE("with few tokens a thing is large where it is best seen, and small elsewhere") {
  const PlanOptions options;
  std::vector<Wish> wishes{{200, false}, {60, false}};
  for (int i = 0; i < 10; ++i) wishes.push_back({400, true});
  const auto tokens_at = [&](std::int64_t budget) {
    const SizeLimit limit(wishes, budget, kDisplay, options);
    std::vector<int> tokens;
    for (const auto& wish : wishes) tokens.push_back(tokens_of(limit.grant(wish)));
    return tokens;
  };
  const auto plenty = tokens_at(10'000);
  for (std::size_t i = 0; i < wishes.size(); ++i)
    CHECK(plenty[i] == doctest::Approx(wishes[i].tokens).epsilon(0.15));
  const auto few = tokens_at(1'000);
  CHECK(few[0] == plenty[0]);
  CHECK(few[1] == plenty[1]);
  CHECK(few[2] < few[0] / 2);
  std::int64_t before = 0;
  for (std::int64_t budget = 300; budget < 6'000; budget += 50) {
    CAPTURE(budget);
    const auto tokens = tokens_at(budget);
    const auto sum = std::accumulate(tokens.begin(), tokens.end(), std::int64_t{0});
    CHECK(sum <= budget);
    CHECK(sum >= before);
    before = sum;
  }
}

TEST_CASE("the quiet cost little and the short are seen") {
  struct Row {
    std::string name;
    double fps;
    double seconds;
    std::size_t pairs;
  };
  const std::vector<Row> rows{{"one frame", 25, 0.04, 1},
                              {"two frames", 25, 0.08, 1},
                              {"half a second", 25, 0.5, 1},
                              {"a minute of nothing", 25, 60, 4}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto film = make_film([](int, int, double) { return 0.0; },
                                {.fps = row.fps, .seconds = row.seconds, .detail = 0});
    const auto plan = plan_film(film, 100'000);
    CHECK(plan.pairs.size() <= row.pairs);
    CHECK_FALSE(plan.pairs.empty());
    check_plan(plan, film, 100'000);
  }
}

TEST_CASE("what is short during a long activity is looked at") {
  for (int begin = 20; begin < 30; ++begin) {
    CAPTURE(begin);
    const Scene passing = with_box(
        still(2), [](double s) { return s < 15 || s > 35 ? -50 : 3 * (s - 15); }, 6, 6, 240);
    const Scene gate = [=](int x, int y, double s) {
      const bool is_gate = x >= 52 && x < 56 && y < 5;
      return is_gate ? 40 + 180 * std::clamp((s - begin) / 0.6, 0.0, 1.0) : passing(x, y, s);
    };
    const auto plan = plan_film(make_film(gate, {.fps = 12.5, .seconds = 50, .noise = 1}), 20'000);
    const auto is_in_it = [&](MediaTime time) {
      return to_seconds(time) > begin && to_seconds(time) < begin + 0.6;
    };
    CHECK(std::ranges::any_of(plan.pairs, [&](const PlannedPair& pair) {
      return is_in_it(pair.first) || is_in_it(pair.second);
    }));
  }
}

TEST_CASE("what leaves a trace too faint for activity is looked at") {
  const Scene empty = [](int, int, double) { return 100.0; };
  const Scene scene = with_box(
      empty, [](double s) { return s < 14 || s > 22 ? -50 : 8 * (s - 14); }, 2, 2, 112);
  const auto film = make_film(scene, {.fps = 12.5, .seconds = 60, .detail = 0});
  const auto plan = plan_film(film, 20'000);
  CHECK(plan.activity.empty());
  const auto is_of_it = [](const PlannedPair& pair) {
    return to_seconds(pair.first) > 14 && to_seconds(pair.second) < 22;
  };
  const auto glance = std::ranges::find_if(plan.pairs, is_of_it);
  REQUIRE(glance != plan.pairs.end());
  CHECK(glance->reason == Reason::coverage);
  CHECK(plan.pairs.size() <= 4 + 2);
}

TEST_CASE("what a cut shows first is looked at, also where something moves later in the shot") {
  const Scene scene = with_box(
      cut_at({10, 20, 20.5}, 7), [](double s) { return s < 13 ? -99 : 10 * (s - 13); }, 4, 4, 250);
  const auto plan = plan_film(make_film(scene, {.fps = 10, .seconds = 30, .noise = 1}), 10'000);
  for (const double cut : {10.0, 20.0, 20.5}) {
    CAPTURE(cut);
    CHECK(std::ranges::any_of(plan.pairs, [&](const PlannedPair& pair) {
      const double first = to_seconds(pair.first);
      return first >= cut && first < cut + 0.7;
    }));
  }
}

TEST_CASE("what a video shows first is looked at before it changes") {
  const auto film = make_film(cut_at({9}, 7), {.fps = 10, .seconds = 30, .noise = 1});
  const auto is_first = [](const PlannedPair& pair) { return pair.second < MediaTime{2s}; };
  CHECK(std::ranges::any_of(plan_film(film, 10'000).pairs, is_first));
  const auto later = plan_stretch({1, {MediaTime{0s}, MediaTime{30s}}, film, kDisplay, 900}, {});
  CHECK(std::ranges::none_of(later.pairs, is_first));
}

TEST_CASE("a cut at the first picture of a stretch is one") {
  const Scene scene = with_box(
      cut_at({10}, 7), [](double s) { return 10 * (s - 14); }, 4, 4, 250);
  const auto film = make_film(scene, {.fps = 10, .seconds = 30, .noise = 1});
  const auto plan = plan_stretch({1, {MediaTime{10s}, MediaTime{30s}}, film, kDisplay, 900}, {});
  CHECK(plan.shots.front().begins_at_cut);
  CHECK(std::ranges::any_of(
      plan.pairs, [](const PlannedPair& pair) { return pair.first < MediaTime{10s + 700ms}; }));
}

TEST_CASE("a stretch without frames has an empty plan") {
  const auto plan = plan_stretch({4, {MediaTime{10s}, MediaTime{20s}}, {}, kDisplay, 500}, {});
  CHECK(plan.number == 4);
  CHECK(plan.shots.empty());
  CHECK(plan.pairs.empty());
}

TEST_CASE("frames at uneven times are planned like others") {
  std::vector<SmallPicture> film;
  const auto all = make_film(cut_at({11, 20}, 6), {.seconds = 30, .noise = 1});
  std::mt19937 random(3);
  for (const auto& picture : all) {
    if (random() % 100 < 15) film.push_back(picture);
  }
  for (std::size_t i = 0; i + 1 < film.size(); ++i) {
    film[i].duration = film[i + 1].time - film[i].time;
  }
  const auto plan = plan_film(film, 100'000);
  CHECK(plan.shots.size() == 3);
  check_plan(plan, film, 100'000);
}

TEST_CASE("a plan tells the strongest motion of each second, above 1 where there is activity") {
  const auto box = [](double s) { return s < 8 || s > 11 ? -50 : 64 * (s - 8) / 3 - 2; };
  const auto film =
      make_film(with_box(still(2), box, 6, 6, 240), {.seconds = 20, .noise = 2, .seed = 5});
  const auto plan = plan_film(film, 10'000);
  REQUIRE(plan.activity.size() == 1);
  REQUIRE(plan.motion.size() == 20);
  for (std::size_t i = 0; i < plan.motion.size(); ++i) {
    CAPTURE(i);
    const auto& peak = plan.motion[i];
    CHECK(peak.time.since_start / 1s == static_cast<std::int64_t>(i));
    const bool moves = i >= 8 && i < 11;
    // Moments of a look lie up to 0.4 s around what moves.
    if (i != 7 && i != 11) CHECK((peak.strength >= 1) == moves);
  }
}

TEST_CASE("a shot begins at the middle of a dissolve, which is not looked at and no activity") {
  const Scene scene = [from = still(3), to = still(4)](int x, int y, double s) {
    const double share = std::clamp(s - 10, 0.0, 1.0);
    return from(x, y, s) * (1 - share) + to(x, y, s) * share;
  };
  const auto film = make_film(scene, {.seconds = 20, .noise = 2});
  const auto plan = plan_film(film, 20'000, {.coverage_floor = 2s});
  REQUIRE(plan.shots.size() == 2);
  CHECK(plan.shots[1].begins_at_cut);
  CHECK(std::abs(to_seconds(plan.shots[1].span.begin) - 10.5) < 0.1);
  CHECK(plan.shots[0].span.end == plan.shots[1].span.begin);
  CHECK(plan.activity.empty());
  CHECK(plan.pairs.size() >= 8);
  for (const auto& pair : plan.pairs)
    for (const MediaTime time : {pair.first, pair.second})
      CHECK((time <= MediaTime{10100ms} || time >= MediaTime{10900ms}));

  // Where it lies across the border of two stretches, one of them begins the shot.
  for (const auto border : {10200ms, 10500ms, 10800ms}) {
    CAPTURE(border.count());
    const MediaTime at{border};
    const auto first = plan_stretch({0, {{}, at}, film, kDisplay, 20'000}, {});
    const auto second = plan_stretch({1, {at, MediaTime{20s}}, film, kDisplay, 20'000}, {});
    const auto cuts = first.shots.size() - 1 + second.shots.size() - 1;
    CHECK(cuts + (second.shots[0].begins_at_cut ? 1 : 0) == 1);
  }
}

TEST_CASE("where the whole picture moves and where nothing was looked at, no motion is told") {
  CHECK(plan_film(make_film(still(3), {.fps = 25, .seconds = 0.04}), 10'000).motion.empty());
  auto film = make_film(still(2), {.seconds = 20});
  std::erase_if(film, [](const SmallPicture& p) {
    return p.time > MediaTime{5s} && p.time < MediaTime{15s};
  });
  for (std::size_t i = 1; i < film.size(); ++i) {
    const auto gap = film[i].time - film[i - 1].time;
    if (gap > 1s) film[i].unseen = gap;
  }
  for (const auto& peak : plan_film(film, 10'000).motion) {
    const bool in_the_gap = peak.time > MediaTime{6s} && peak.time < MediaTime{14s};
    // The two pictures around it are compared once.
    if (in_the_gap) CHECK(peak.time > MediaTime{9s});
    if (in_the_gap) CHECK(peak.time < MediaTime{11s});
  }
}
