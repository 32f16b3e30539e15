// Dynamic resolution: what four ways of spending the same tokens show of worlds whose truth is
// known.

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <random>

#include <fmt/format.h>

#include "bench/figure.h"
#include "bench/funnel.h"
#include "bench/tier_policies.h"
#include "ingest/packet_scan.h"
#include "pipeline/stretch_planner.h"

namespace hindsight::bench {
namespace {

namespace fs = std::filesystem;

/// Rendered small and enlarged: the sampler looks at 256 x 144 pixels at most, and boxes scale.
constexpr sampler::PictureSize kRendered{320, 180};
constexpr sampler::PictureSize kShown{640, 360};
constexpr int kFps = 5;
constexpr int kResamples = 2000;

/// A world; `spacing`: mean seconds between arrivals.
struct WorldSpec {
  const char* family;
  int seed;
  int minutes;
  int spacing;
};

constexpr WorldSpec kWorlds[]{
    {"road_gate", 801, 10, 20},
    {"table", 801, 10, 60},
    {"sign_clock", 801, 10, 20},
    {"corridor_door", 801, 10, 60},
    {"parking", 801, 10, 60},
    {"counter_queue", 801, 10, 60},
    {"slides", 801, 10, 20},
    {"programme", 801, 10, 20},
};

struct Budget {
  const char* name;
  double times;  ///< the default tokens an hour
};
constexpr Budget kBudgets[]{{"half", 0.5}, {"default", 1}, {"twice", 2}};

/// What each policy shows of one video, by Policy.
using Funnels = std::array<Funnel, kNumPolicies>;

/// A stage of the funnel: what passes it, of how many.
struct Stage {
  const char* name;
  const char* unit;
  double Funnel::*passed;
  double Funnel::*all;
};
constexpr Stage kStages[]{
    {"sampled", "% of events", &Funnel::sampled, &Funnel::events},
    {"14 px", "% of events", &Funnel::sharp, &Funnel::events},
    {"28 px", "% of events", &Funnel::whole, &Funnel::large},
    {"legible", "% of texts", &Funnel::legible, &Funnel::texts},
};

/// Renders the world, once.  Returns its path without extension.
std::string make_world(const Setup& setup, const WorldSpec& spec) {
  const auto stem = fmt::format("{}/tiers-{}-{}", setup.data_dir, spec.family, spec.seed);
  if (fs::exists(stem + ".mp4")) return stem;
  const auto small = stem + ".small";
  shell(fmt::format(
      "'{}' make --seed {} --family {} --minutes {} --spacing {} --size {}x{} --fps {} --boxes "
      "--out '{}.mp4' > /dev/null",
      (fs::path(setup.hindsight).parent_path() / "hindsight-world").string(),
      spec.seed,
      spec.family,
      spec.minutes,
      spec.spacing,
      kRendered.width,
      kRendered.height,
      kFps,
      small));
  shell(
      fmt::format("ffmpeg -nostdin -v error -y -threads 1 -i '{0}.mp4' -vf "
                  "scale={1}:{2}:flags=bicubic -c:v libx264 -preset superfast -threads 1 -crf 20 "
                  "'{0}.large.mp4'",
                  small,
                  kShown.width,
                  kShown.height));
  fs::rename(small + ".boxes.jsonl", stem + ".boxes.jsonl");
  fs::rename(small + ".events.jsonl", stem + ".events.jsonl");
  fs::remove(small + ".questions.jsonl");
  fs::remove(small + ".mp4");
  fs::rename(small + ".large.mp4", stem + ".mp4");
  return stem;
}

/// By budget.
std::vector<Funnels> judge_world(const Setup& setup, const WorldSpec& spec) {
  const auto stem = make_world(setup, spec);
  const auto truth = read_truth(stem, kRendered, kShown);
  const auto scan = ingest::scan_packets(stem + ".mp4");
  const auto plan_video = [&](const sampler::PlanOptions& options) {
    pipeline::StretchPlanner planner(stem + ".mp4", scan, options, {.threads = 1});
    std::vector<sampler::StretchPlan> plans;
    while (auto plan = planner.next()) plans.push_back(std::move(*plan));
    return plans;
  };
  std::vector<Funnels> by_budget;
  for (const auto& budget : kBudgets) {
    sampler::PlanOptions options;
    options.tokens_per_hour = static_cast<std::int64_t>(
        static_cast<double>(options.tokens_per_hour) * budget.times);
    const auto looks = looks_of_policies(plan_video, truth.pictures, kShown, options);
    Funnels funnels;
    std::ranges::transform(
        looks, funnels.begin(), [&](const auto& of_policy) { return judge(truth, of_policy); });
    by_budget.push_back(funnels);
  }
  return by_budget;
}

double percent(const Funnel& funnel, const Stage& stage) {
  return funnel.*stage.all > 0 ? 100 * funnel.*stage.passed / funnel.*stage.all : 0;
}

Funnel sum(const std::vector<Funnels>& videos, Policy policy) {
  Funnel total;
  for (const auto& video : videos) total += video[static_cast<std::size_t>(policy)];
  return total;
}

/// 95 % of what `measure` gives for videos drawn again and again.
std::pair<double, double> interval(
    const std::vector<Funnels>& videos,
    const std::function<double(const std::vector<Funnels>&)>& measure) {
  std::mt19937 random(1);
  std::vector<double> values;
  for (int i = 0; i < kResamples; ++i) {
    std::vector<Funnels> drawn;
    for (std::size_t j = 0; j < videos.size(); ++j)
      drawn.push_back(videos[random() % videos.size()]);
    values.push_back(measure(drawn));
  }
  std::ranges::sort(values);
  return {values[kResamples / 40], values[kResamples - 1 - kResamples / 40]};
}

/// The policy beside ours that shows most at this stage.
Policy best_other(const std::vector<Funnels>& videos, const Stage& stage) {
  return std::ranges::max(
      {Policy::uniform_one_size, Policy::uniform_tiers, Policy::ranks_one_size},
      {},
      [&](Policy policy) { return percent(sum(videos, policy), stage); });
}

/// All policies over all videos, then what ours is ahead of the best other one.
void add_figures(const Budget& budget,
                 const std::vector<Funnels>& videos,
                 std::vector<Figure>& figures) {
  for (const auto& stage : kStages) {
    const Policy other = best_other(videos, stage);
    const double others = percent(sum(videos, other), stage);
    for (std::size_t i = 0; i < kNumPolicies; ++i) {
      const auto policy = static_cast<Policy>(i);
      const auto of_policy = [&](const auto& drawn) { return percent(sum(drawn, policy), stage); };
      const bool ours = policy == Policy::ours;
      Figure figure{fmt::format("tiers.{} {}: {}", budget.name, stage.name, to_string(policy)),
                    of_policy(videos),
                    stage.unit,
                    ours ? std::string(to_string(other)) : "",
                    ours ? others : 0};
      figure.interval = interval(videos, of_policy);
      figures.push_back(figure);
    }
    const auto ahead = [&](const auto& drawn) {
      return percent(sum(drawn, Policy::ours), stage) - percent(sum(drawn, other), stage);
    };
    Figure lead{fmt::format("tiers.{} {}: ours ahead", budget.name, stage.name),
                ahead(videos),
                "points",
                "",
                0};
    lead.interval = interval(videos, ahead);
    figures.push_back(lead);
  }
}

/// Ours beside the best other policy in each family: one video, no interval.
void add_families(const Budget& budget,
                  const std::map<std::string, std::vector<Funnels>>& families,
                  std::vector<Figure>& figures) {
  for (const auto& [family, videos] : families) {
    for (const auto& stage : kStages) {
      const auto ours = sum(videos, Policy::ours);
      if (ours.*stage.all == 0) continue;
      const Policy other = best_other(videos, stage);
      figures.push_back(
          {fmt::format(
               "tiers.{} {}, {} of {:.0f}", budget.name, stage.name, family, ours.*stage.all),
           percent(ours, stage),
           stage.unit,
           std::string(to_string(other)),
           percent(sum(videos, other), stage)});
    }
  }
}

}  // namespace

std::vector<Figure> bench_tiers(const Setup& setup) {
  std::vector<std::vector<Funnels>> videos(std::size(kBudgets));
  std::vector<std::map<std::string, std::vector<Funnels>>> families(std::size(kBudgets));
  for (const auto& spec : kWorlds) {
    const auto by_budget = judge_world(setup, spec);
    for (std::size_t b = 0; b < by_budget.size(); ++b) {
      videos[b].push_back(by_budget[b]);
      families[b][spec.family].push_back(by_budget[b]);
    }
  }
  std::vector<Figure> figures;
  const Funnel all = sum(videos.front(), Policy::ours);
  figures.push_back({"tiers.events", all.events, "events", "", 0});
  figures.push_back({"tiers.events that can be 28 px", all.large, "events", "", 0});
  figures.push_back({"tiers.texts", all.texts, "texts", "", 0});
  for (std::size_t b = 0; b < std::size(kBudgets); ++b)
    add_figures(kBudgets[b], videos[b], figures);
  for (std::size_t b = 0; b < std::size(kBudgets); ++b)
    add_families(kBudgets[b], families[b], figures);
  return figures;
}

}  // namespace hindsight::bench
