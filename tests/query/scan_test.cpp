#include "query/scan.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "query/looking_model.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::LookingModel;
using test::span;
using test::TestStore;
using test::tokenizer;

namespace {

const std::string kRed = "Is a red car visible?";
constexpr ScanOptions kCoarse{.whole_below = 0, .coarse_share = 0.2, .vector_share = 0};

/// A film of 50 minutes: 300 pairs that cover 10 seconds each.
struct ScanTest {
  explicit ScanTest(const test::Looks& looks = {})
      : run(test::add_timed_film(test.store, {.minutes = 50, .stretches = 10}, looks)) {}

  TestStore test;
  index::RunRecord run;
  LookingModel model;
  int num_looks = 0;
  ScanReport report;

  Timeline scan(const Intervals& ranges,
                const ScanOptions& options = kCoarse,
                const std::string& predicate = kRed) {
    Judge judge(test.store, model, tokenizer(), KeepLooks::no);
    Scanner scanner(test.store, run, judge, model, tokenizer(), options);
    auto timeline = scanner.timeline(predicate, ranges);
    report = scanner.reports().back();
    num_looks = static_cast<int>(judge.usage().looks_computed);
    return timeline;
  }
};

const Intervals kAll{span(0, 3000)};

/// True in these intervals.
std::function<double(const std::string&, double)> true_in(Intervals intervals) {
  return [intervals = std::move(intervals)](const std::string&, double second) {
    return holds_at(intervals, at(second)) ? 0.995 : 0.05;
  };
}

Intervals random_events(std::mt19937& random, int shortest, int longest) {
  Intervals events;
  for (int t = 10 * std::uniform_int_distribution(0, 20)(random); t < 2900;) {
    const int length = 10 * std::uniform_int_distribution(shortest, longest)(random);
    events.push_back(span(t, std::min(3000, t + length)));
    t += length + 10 * std::uniform_int_distribution(shortest, longest)(random);
  }
  return events;
}

}  // namespace

TEST_CASE("a small run is looked at whole, and its timeline is the truth") {
  ScanTest t;
  std::mt19937 random(3);
  for (int round = 0; round < 5; ++round) {
    CAPTURE(round);
    const auto events = random_events(random, 1, 20);
    t.model.truth = true_in(events);
    CHECK(t.scan(kAll, {.whole_below = 300}).spans() == events);
    CHECK(t.num_looks == 300);
  }
}

TEST_CASE("one yes must be surer than a reading where an interval begins, or three as sure") {
  ScanTest t;
  double end = 110;
  double p_yes = 0.98;
  const auto is_there = [&](double second) { return second >= 100 && second < end; };
  t.model.truth = [&](const std::string&, double second) {
    return is_there(second) ? p_yes : 0.02;
  };
  CHECK(t.scan(kAll, {.whole_below = 300}).intervals.empty());
  p_yes = 0.99;
  CHECK(t.scan(kAll, {.whole_below = 300}).spans() == Intervals{span(100, 110)});
  end = 130;
  p_yes = 0.7;
  CHECK(t.scan(kAll, {.whole_below = 300}).intervals.empty());
  p_yes = 0.9;
  CHECK(t.scan(kAll, {.whole_below = 300}).spans() == Intervals{span(100, 130)});
  t.model.facts.bare_replies = true;
  t.model.margin = [&](const std::string&, const std::string&, double second) {
    return is_there(second) ? 0.0 : -9.0;
  };
  const auto read = t.scan(kAll, {.whole_below = 300}, "Does the clock say 10:41?");
  REQUIRE(read.spans() == Intervals{span(100, 130)});
  CHECK(read.intervals[0].confidence < 0.95);
  // Two looks of 0.94 at a count are as sure as one of 0.996, which is not enough for a number.
  t.model.counts = [&](const std::string&, double second) { return is_there(second) ? 9 : 0; };
  end = 120;
  CHECK(t.scan(kAll, {.whole_below = 300}, "Are nine cars visible?").intervals.empty());
  end = 130;
  CHECK(t.scan(kAll, {.whole_below = 300}, "Are nine cars visible?").spans() ==
        Intervals{span(100, 130)});
}

TEST_CASE("of what is presupposed and nowhere sure the likeliest is taken") {
  ScanTest t;
  double most = 0.8;
  t.model.truth = [&](const std::string&, double second) {
    return second == 200 ? 0.6 : second == 400 ? most : second == 410 ? 0.55 : 0.02;
  };
  Judge judge(t.test.store, t.model, tokenizer(), KeepLooks::no);
  Scanner scanner(t.test.store, t.run, judge, t.model, tokenizer());
  CHECK(scanner.timeline(kRed, kAll).intervals.empty());
  const auto presupposed = [&](const Intervals& ranges) {
    return scanner.timeline(kRed, ranges, Existence::presupposed).spans();
  };
  CHECK(presupposed(kAll) == Intervals{span(400, 420)});
  CHECK(presupposed({span(0, 300)}) == Intervals{span(200, 210)});
  CHECK(presupposed({span(500, 900)}).empty());
  most = 0.4;
  Judge again(t.test.store, t.model, tokenizer(), KeepLooks::no);
  Scanner other(t.test.store, t.run, again, t.model, tokenizer());
  CHECK(other.timeline(kRed, kAll, Existence::presupposed).spans() == Intervals{span(200, 210)});
  // Half as likely as the likeliest goes on with it.
  CHECK(other.timeline(kRed, {span(300, 900)}, Existence::presupposed).spans() ==
        Intervals{span(400, 420)});
  t.model.truth = [](const std::string&, double second) {
    return second == 200 ? 0.25 : second == 400 ? 0.19 : 0.02;
  };
  Judge unsure(t.test.store, t.model, tokenizer(), KeepLooks::no);
  Scanner third(t.test.store, t.run, unsure, t.model, tokenizer());
  CHECK(third.timeline(kRed, kAll, Existence::presupposed).spans() == Intervals{span(200, 210)});
  CHECK(third.timeline(kRed, {span(300, 900)}, Existence::presupposed).spans().empty());
}

TEST_CASE("what is presupposed is not what was ruled out where there is anything else") {
  ScanTest t;
  bool is_elsewhere = true;
  t.model.truth = [&](const std::string& question, double second) {
    if (question == "Is an orange car visible?") return second == 100 ? 0.9999 : 0.01;
    return second == 100 ? 0.995 : second == 500 && is_elsewhere ? 0.8 : 0.02;
  };
  const auto presupposed = [&] {
    Judge judge(t.test.store, t.model, tokenizer(), KeepLooks::no);
    Scanner scanner(t.test.store, t.run, judge, t.model, tokenizer(), {.contrast = true});
    return scanner.timeline(kRed, kAll, Existence::presupposed);
  };
  const auto beside = presupposed();
  CHECK(beside.spans() == Intervals{span(500, 510)});
  CHECK(beside.ruled_out.size() == 1);
  is_elsewhere = false;
  const auto only = presupposed();
  CHECK(only.spans() == Intervals{span(100, 110)});
  CHECK(only.ruled_out.empty());
}

TEST_CASE("coarse to fine finds every event as long as the coarse look is wide, with fewer looks") {
  ScanTest t;
  std::mt19937 random(4);
  for (int round = 0; round < 10; ++round) {
    CAPTURE(round);
    // Of 30 pairs a stretch, the 6 of the lowest ranks are at most 90 seconds apart.
    const auto events = random_events(random, 15, 60);
    t.model.truth = true_in(events);
    CHECK(t.scan(kAll).spans() == events);
    CHECK(t.num_looks < 150);
  }
}

TEST_CASE("every boundary lies between two neighbouring cached pairs that were both looked at") {
  ScanTest t;
  std::mt19937 random(5);
  for (int round = 0; round < 10; ++round) {
    CAPTURE(round);
    t.model.truth = true_in(random_events(random, 1, 12));
    const auto timeline = t.scan(kAll);
    for (const auto& interval : timeline.intervals) {
      for (const MediaTime edge : {interval.span.begin, interval.span.end}) {
        if (edge == at(0) || edge == at(3000)) continue;
        const auto looked_at = [&](MediaTime begin) {
          return std::any_of(timeline.pairs.begin(), timeline.pairs.end(), [&](const auto& scored) {
            return scored.pair.covers.begin == begin;
          });
        };
        CHECK(looked_at(edge));
        CHECK(looked_at(edge - std::chrono::seconds{10}));
      }
    }
  }
}

TEST_CASE("a predicate over two halves is the predicate over the whole, doubt and all") {
  std::mt19937 random(6);
  std::vector<float> directions(300);
  // Of seven looks, most of which stay for a while.
  for (std::size_t i = 0; i < directions.size(); ++i)
    directions[i] =
        i > 0 && random() % 3 > 0 ? directions[i - 1] : static_cast<float>(random() % 7) / 6;
  ScanTest t([&](double second) { return directions.at(static_cast<std::size_t>(second / 10)); });
  std::uniform_real_distribution<double> draw;
  const ScanOptions sparse{.whole_below = 0, .coarse_share = 0, .vector_share = 0};
  for (const auto& options : {kCoarse, sparse, ScanOptions{.whole_below = 300}}) {
    for (int round = 0; round < 100; ++round) {
      CAPTURE(*options.whole_below);
      CAPTURE(round);
      std::vector<double> noise(300);
      for (double& p : noise) p = 0.02 + 0.96 * draw(random);
      const auto events = random_events(random, 3, 40);
      t.model.truth = [&](const std::string&, double second) {
        const double doubt = noise.at(static_cast<std::size_t>(second / 10));
        return holds_at(events, at(second)) ? 0.4 + 0.59 * doubt : 0.55 * doubt;
      };
      const double cut = std::uniform_int_distribution(1, 2999)(random);
      const auto whole = t.scan(kAll, options).spans();
      const auto left = t.scan({span(0, cut)}, options).spans();
      const auto right = t.scan({span(cut, 3000)}, options).spans();
      CHECK(either(left, right) == unite(whole));
      CHECK(left == both(whole, {span(0, cut)}));
      CHECK(right == both(whole, {span(cut, 3000)}));
      // Several ranges at once.
      const Intervals parts{span(100, 200), span(cut / 2 + 300, cut / 2 + 400), span(2500, 2999)};
      CHECK(t.scan(unite(parts), options).spans() == both(whole, unite(parts)));
    }
  }
}

TEST_CASE("a predicate over two halves is the predicate over the whole where colours compete") {
  ScanTest t;
  std::mt19937 random(8);
  std::uniform_real_distribution<double> draw;
  int num_with_rivals = 0;
  for (int round = 0; round < 15; ++round) {
    CAPTURE(round);
    std::vector<double> noise(600);
    for (double& p : noise) p = 0.02 + 0.96 * draw(random);
    const auto events = random_events(random, 3, 12);
    t.model.truth = [&](const std::string& question, double second) {
      const auto i = static_cast<std::size_t>(second / 10);
      if (question == kRed) return holds_at(events, at(second)) ? 0.4 + 0.59 * noise.at(i) : 0.1;
      return question == "Is an orange car visible?" ? noise.at(300 + i) : 0.02;
    };
    const double cut = std::uniform_int_distribution(1, 2999)(random);
    for (const std::size_t whole_below : {0U, 300U}) {
      ScanOptions options = kCoarse;
      options.whole_below = whole_below;
      options.contrast = true;
      const auto whole = t.scan(kAll, options);
      if (!whole.ruled_out.empty()) ++num_with_rivals;
      CHECK(t.scan({span(0, cut)}, options).spans() == both(whole.spans(), {span(0, cut)}));
      CHECK(t.scan({span(cut, 3000)}, options).spans() == both(whole.spans(), {span(cut, 3000)}));
    }
  }
  CHECK(num_with_rivals >= 28);  // of 30
}

TEST_CASE("a short range costs few looks") {
  ScanTest t;
  t.model.truth = true_in({span(600, 700)});
  CHECK(t.scan({span(640, 650)}).spans() == Intervals{span(640, 650)});
  CHECK(t.num_looks < 20);
}

TEST_CASE("an event between coarse pairs is found through text") {
  ScanTest t;
  // Rank 29 of the second stretch: the last that a prefix would read.
  const auto pairs = t.test.store.pairs(t.run.id, span(300, 600));
  const auto last = std::max_element(
      pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
  const double second = to_seconds(last->covers.begin);
  t.model.truth = true_in({span(second, second + 10)});
  CHECK(t.scan(kAll).spans().empty());
  SUBCASE("a subtitle names it") {
    const std::vector<index::StoredText> texts{
        test::subtitle(second + 2, second + 5, "Look, a red car!")};
    t.test.store.replace_texts(t.run.video_id, "srt", texts);
    CHECK(t.scan(kAll).spans() == Intervals{span(second, second + 10)});
  }
}

TEST_CASE("what looks like nothing else gets a look, and what looks like it too") {
  const Intervals events{span(410, 430), span(1230, 1240), span(2010, 2110)};
  ScanTest t([&](double second) {
    if (holds_at(events, at(second))) return 1.0F;
    return second < 1500 ? 0.0F : 0.5F;  // another view
  });
  t.model.truth = true_in(events);
  const ScanOptions sparse{.whole_below = 0, .coarse_share = 0, .vector_share = 0};
  CHECK(t.scan(kAll, sparse).spans() == events);
  CHECK(t.num_looks < 45);
  CHECK(t.report.representatives >= 1);
  CHECK(t.report.by_likeness >= 3);
  CHECK(t.report.total() == static_cast<std::size_t>(t.num_looks));
  // What stands for it lies elsewhere.
  CHECK(t.scan({span(2000, 2060)}, sparse).spans() == Intervals{span(2010, 2060)});
  CHECK(t.num_looks < 25);
  // Without it the gaps between coarse looks hide them.
  ScanOptions blind = sparse;
  blind.representatives = 0;
  CHECK(t.scan(kAll, blind).spans() != events);
}

TEST_CASE("of two that show it, what lies between is looked at where what stands for it does not") {
  const Intervals events{span(300, 320), span(340, 360)};
  ScanTest t([&](double second) { return holds_at(events, at(second)) ? 1.0F : 0.0F; });
  t.model.truth = true_in(events);
  CHECK(t.scan(kAll, {.whole_below = 0, .coarse_share = 0, .vector_share = 0}).spans() == events);
}

TEST_CASE("ranges without pairs, and runs without pairs, hold nothing") {
  ScanTest t;
  CHECK(t.scan({span(4000, 5000)}).spans().empty());
  CHECK(t.scan({}).pairs.empty());
  const auto empty = t.test.store.find_or_create_run(test::make_run(t.run.video_id, "other"));
  Judge judge(t.test.store, t.model, tokenizer(), KeepLooks::no);
  Scanner scanner(t.test.store, empty, judge, t.model, tokenizer());
  CHECK(scanner.timeline(kRed, kAll).pairs.empty());
}

TEST_CASE("a small model looks at more pairs before it looks at some of them only") {
  CHECK(affordable_looks(7'000'000) == 6000);
  CHECK(affordable_looks(200'000'000) == 4000);
  CHECK(affordable_looks(2'000'000'000) == 400);
  CHECK(affordable_looks(72'000'000'000) == 400);
  CHECK(affordable_looks(0) == 6000);
}

TEST_CASE("shares that are none are refused") {
  ScanTest t;
  for (const auto& bad : {ScanOptions{.coarse_share = -0.1},
                          ScanOptions{.representatives = 1.5},
                          ScanOptions{.coarse_share = 1.1},
                          ScanOptions{.vector_share = 2}}) {
    CHECK_THROWS_AS((void)t.scan(kAll, bad), Error);
  }
}
