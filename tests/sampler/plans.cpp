#include "plans.h"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "pictures.h"

namespace hindsight::test {

using namespace sampler;

std::int64_t tokens_of(const StretchPlan& plan) {
  std::int64_t tokens = 0;
  for (const auto& pair : plan.pairs) tokens += pair.num_tokens();
  return tokens;
}

StretchPlan plan_film(const std::vector<SmallPicture>& film,
                      std::int64_t budget,
                      const PlanOptions& options) {
  const TimeSpan span{MediaTime{}, film.back().time + film.back().duration};
  return plan_stretch({0, span, film, kDisplay, budget}, options);
}

bool same(const StretchPlan& a, const StretchPlan& b) {
  const auto equal_pairs = [](const PlannedPair& p, const PlannedPair& q) {
    return p.first == q.first && p.second == q.second && p.covers == q.covers &&
           p.width == q.width && p.height == q.height && p.reason == q.reason && p.rank == q.rank;
  };
  return std::equal(a.pairs.begin(), a.pairs.end(), b.pairs.begin(), b.pairs.end(), equal_pairs) &&
         a.shots.size() == b.shots.size() && a.activity.size() == b.activity.size();
}

std::vector<SmallPicture> random_film(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> share(0, 1);
  std::vector<double> cuts;
  for (double t = 0.5 + 12 * share(random); t < 40; t += 0.4 + 12 * share(random))
    cuts.push_back(t);
  Scene scene = cut_at(cuts, seed);
  for (int i = 0; i < 2; ++i) {
    const double begin = 35 * share(random);
    const double length = 0.5 + 6 * share(random);
    scene = with_box(
        scene,
        [=](double s) { return s < begin || s > begin + length ? -50 : 64 * (s - begin) / length; },
        4,
        4,
        250 * share(random));
  }
  const double rates[] = {1, 5, 12.5, 25};
  return make_film(scene,
                   {.fps = rates[random() % 4],
                    .seconds = 0.3 + 40 * share(random),
                    .noise = 5 * share(random),
                    .seed = seed,
                    .detail = static_cast<float>(share(random))});
}

void check_plan(const StretchPlan& plan,
                const std::vector<SmallPicture>& film,
                std::int64_t budget) {
  CHECK(tokens_of(plan) <= budget);
  const auto is_frame = [&](MediaTime t) {
    return std::any_of(film.begin(), film.end(), [&](const auto& p) { return p.time == t; });
  };
  std::vector<TimeSpan> covers;
  for (std::size_t i = 0; i < plan.pairs.size(); ++i) {
    const auto& pair = plan.pairs[i];
    CHECK(pair.rank == static_cast<int>(i));
    CHECK(pair.width % 28 == 0);
    CHECK(pair.height % 28 == 0);
    CHECK(pair.first <= pair.second);
    CHECK(is_frame(pair.first));
    CHECK(is_frame(pair.second));
    CHECK(pair.covers.contains(pair.first));
    CHECK(pair.covers.contains(pair.second));
    for (const auto& shot : plan.shots) {
      CHECK(shot.span.contains(pair.first) == shot.span.contains(pair.second));
    }
    covers.push_back(pair.covers);
  }
  std::sort(covers.begin(), covers.end());
  MediaTime from = plan.span.begin;
  for (const auto& span : covers) {
    CHECK(span.begin == from);
    from = span.end;
  }
  if (!covers.empty()) CHECK(from == plan.span.end);
}

}  // namespace hindsight::test
