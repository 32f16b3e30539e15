#include <algorithm>

#include <fmt/format.h>

#include "evaluation/baselines.h"
#include "evaluation/report.h"
#include "evaluation/statistics.h"

namespace hindsight::evaluation {
namespace {

using Systems = std::span<const SystemOutcomes>;

bool is_blind(const SystemOutcomes& system) { return system.name == to_string(Baseline::blind); }

std::string accuracy_cell(const Group& outcomes) {
  if (outcomes.empty()) return "-";
  const Accuracy accuracy = accuracy_of(outcomes);
  return fmt::format("{:.3f} {:.3f}\u2013{:.3f}", accuracy.share(), accuracy.low, accuracy.high);
}

std::string chance_cell(const Group& outcomes) {
  const auto chance = mean_chance(outcomes);
  if (!chance) return "-";
  return fmt::format("{:.3f} {}", *chance, side_of_zero(difference_from_chance(outcomes)));
}

/// group_of: a system's outcomes of this row; the first system's are counted.
template <class GroupOf>
std::string accuracy_row(std::string_view name, Systems systems, GroupOf group_of) {
  std::string row =
      fmt::format("{:<18} {:>5}", name, static_cast<int>(group_of(systems.front()).size()));
  for (const auto& system : systems) {
    const Group group = group_of(system);
    row += fmt::format("  {:<17}", accuracy_cell(group));
    if (is_blind(system)) row += fmt::format("  {:<11}", chance_cell(group));
  }
  row.erase(row.find_last_not_of(' ') + 1);
  return row + '\n';
}

std::string accuracy_table(Systems systems) {
  std::string table = fmt::format("{:<18} {:>5}", "accuracy, 95 %", "n");
  for (const auto& system : systems) {
    table += fmt::format("  {:<17}", system.name);
    if (is_blind(system)) table += fmt::format("  {:<11}", "chance");
  }
  table.erase(table.find_last_not_of(' ') + 1);
  table += '\n';
  table += accuracy_row("all", systems, [](const auto& s) { return group_all(s.outcomes); });
  for (const auto& [name, group] : group_by_type(systems.front().outcomes)) {
    table += accuracy_row(
        name, systems, [&type = name](const auto& s) { return group_by_type(s.outcomes)[type]; });
  }
  for (const auto& [name, group] : group_by_length(systems.front().outcomes)) {
    table += accuracy_row(name, systems, [&length = name](const auto& s) {
      const auto groups = group_by_length(s.outcomes);
      const auto at = std::find_if(
          groups.begin(), groups.end(), [&](const auto& g) { return g.first == length; });
      return at == groups.end() ? Group{} : at->second;
    });
  }
  return table;
}

std::string difference_table(Systems systems) {
  const auto& ours = systems.front();
  std::string table =
      fmt::format("\n{:<18} {:>5}  {:>6}  95 %\n", ours.name + " minus", "n", "mean");
  for (const auto& baseline : systems.subspan(1)) {
    const auto d = paired_difference(group_all(ours.outcomes), group_all(baseline.outcomes));
    table += d.n == 0 ? fmt::format("{:<18} {:>5}\n", baseline.name, 0)
                      : fmt::format("{:<18} {:>5}  {:>+6.3f}  {:+.3f} to {:+.3f}\n",
                                    baseline.name,
                                    d.n,
                                    d.mean,
                                    d.low,
                                    d.high);
  }
  return table;
}

std::string funnel_table(Systems systems) {
  std::string table = fmt::format("\n{:<18} {:>8} {:>7} {:>6} {:>9} {:>7} {:>8}  {}\n",
                                  "evidence",
                                  "known",
                                  "sampled",
                                  "cached",
                                  "retrieved",
                                  "touched",
                                  "answered",
                                  "right without");
  for (const auto& system : systems) {
    const FunnelCounts counts = count_steps(group_all(system.outcomes));
    table += fmt::format("{:<18} {:>8} {:>7} {:>6} {:>9} {:>7} {:>8}  {:>13}\n",
                         system.name,
                         counts.evidence_known,
                         counts.sampled,
                         counts.cached,
                         counts.retrieved,
                         counts.touched,
                         counts.answered,
                         counts.right_without_path);
  }
  return table;
}

std::string grounding_table(Systems systems) {
  std::string table = fmt::format("\n{:<18} {:>5} {:>8} {:>6} {:>6} {:>6} {:>10} {:>10}\n",
                                  "intervals",
                                  "n",
                                  "mean IoU",
                                  "R@0.3",
                                  "R@0.5",
                                  "R@0.7",
                                  "no overlap",
                                  "too little");
  for (const auto& system : systems) {
    const Grounding g = grounding_of(group_all(system.outcomes));
    table += fmt::format("{:<18} {:>5} {:>8.3f} {:>6.3f} {:>6.3f} {:>6.3f} {:>10} {:>10}\n",
                         system.name,
                         g.n,
                         g.mean_iou,
                         g.recall_03,
                         g.recall_05,
                         g.recall_07,
                         g.search_errors,
                         g.boundary_errors);
  }
  return table;
}

std::string cost_table(Systems systems) {
  std::string table = fmt::format("\n{:<18} {:>13} {:>15} {:>17} {:>15}\n",
                                  "median / p95",
                                  "pairs",
                                  "visual tokens",
                                  "bytes",
                                  "seconds");
  for (const auto& system : systems) {
    const CostSummary cost = cost_of(group_all(system.outcomes));
    const auto whole = [](const Quantiles& q) {
      return fmt::format("{:.0f} / {:.0f}", q.median, q.p95);
    };
    table += fmt::format("{:<18} {:>13} {:>15} {:>17} {:>15}\n",
                         system.name,
                         whole(cost.pairs_read),
                         whole(cost.visual_tokens),
                         whole(cost.bytes_read),
                         fmt::format("{:.3f} / {:.3f}", cost.seconds.median, cost.seconds.p95));
  }
  return table;
}

}  // namespace

std::string to_table(std::span<const SystemOutcomes> systems) {
  std::string table = accuracy_table(systems);
  if (systems.size() > 1) table += difference_table(systems);
  return table + funnel_table(systems) + grounding_table(systems) + cost_table(systems);
}

}  // namespace hindsight::evaluation
