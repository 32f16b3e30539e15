#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evaluation/baselines.h"
#include "evaluation/report.h"
#include "evaluation/statistics.h"

namespace hindsight::evaluation {
namespace {

using Json = nlohmann::ordered_json;

Json accuracy_json(const Group& outcomes) {
  const Accuracy accuracy = accuracy_of(outcomes);
  return {{"n", accuracy.n},
          {"correct", accuracy.correct},
          {"accuracy", accuracy.share()},
          {"interval", {accuracy.low, accuracy.high}}};
}

Json difference_json(const Difference& difference) {
  return {{"n", difference.n},
          {"mean", difference.mean},
          {"interval", {difference.low, difference.high}}};
}

Json chance_json(const Group& outcomes) {
  const auto chance = mean_chance(outcomes);
  const Difference difference = difference_from_chance(outcomes);
  return {{"n", difference.n},
          {"chance", chance ? Json(*chance) : Json()},
          {"difference", difference.mean},
          {"interval", {difference.low, difference.high}},
          {"verdict", side_of_zero(difference)}};
}

Json funnel_json(const Group& outcomes) {
  const FunnelCounts counts = count_steps(outcomes);
  return {{"evidence_known", counts.evidence_known},
          {"sampled", counts.sampled},
          {"cached", counts.cached},
          {"retrieved", counts.retrieved},
          {"touched", counts.touched},
          {"answered", counts.answered},
          {"right_without_path", counts.right_without_path}};
}

Json grounding_json(const Group& outcomes) {
  const Grounding grounding = grounding_of(outcomes);
  return {{"n", grounding.n},
          {"mean_iou", grounding.mean_iou},
          {"recall_0.3", grounding.recall_03},
          {"recall_0.5", grounding.recall_05},
          {"recall_0.7", grounding.recall_07},
          {"search_errors", grounding.search_errors},
          {"boundary_errors", grounding.boundary_errors}};
}

Json cost_json(const Group& outcomes) {
  const auto to_object = [](const Quantiles& q) {
    return Json{{"median", q.median}, {"p95", q.p95}};
  };
  const CostSummary cost = cost_of(outcomes);
  return {{"pairs_read", to_object(cost.pairs_read)},
          {"visual_tokens", to_object(cost.visual_tokens)},
          {"bytes_read", to_object(cost.bytes_read)},
          {"seconds", to_object(cost.seconds)}};
}

/// All figures of one system.
Json figures_json(const SystemOutcomes& system) {
  const Group all = group_all(system.outcomes);
  Json figures = accuracy_json(all);
  figures["by_type"] = Json::object();
  for (const auto& [type, group] : group_by_type(system.outcomes))
    figures["by_type"][type] = accuracy_json(group);
  figures["by_length"] = Json::object();
  for (const auto& [length, group] : group_by_length(system.outcomes))
    figures["by_length"][length] = accuracy_json(group);
  figures["funnel"] = funnel_json(all);
  figures["grounding"] = grounding_json(all);
  figures["cost"] = cost_json(all);
  return figures;
}

Json baseline_json(const SystemOutcomes& ours, const SystemOutcomes& baseline) {
  const Group all = group_all(baseline.outcomes);
  Json figures = figures_json(baseline);
  figures["difference"] = difference_json(paired_difference(group_all(ours.outcomes), all));
  if (baseline.name != to_string(Baseline::blind)) return figures;
  figures["chance"] = chance_json(all);
  for (const auto& [type, group] : group_by_type(baseline.outcomes))
    figures["chance"]["by_type"][type] = chance_json(group);
  return figures;
}

/// What one system answered to one question.
Json answer_json(const Outcome& outcome) {
  Json intervals = Json::array();
  for (const TimeSpan& span : outcome.response.intervals)
    intervals.push_back({to_seconds(span.begin), to_seconds(span.end)});
  return {{"answer", outcome.response.text},
          {"found", outcome.response.found},
          {"intervals", intervals},
          {"correct", outcome.score.correct},
          {"measure", outcome.score.measure},
          {"funnel",
           {{"sampled", outcome.funnel.sampled},
            {"cached", outcome.funnel.cached},
            {"retrieved", outcome.funnel.retrieved},
            {"touched", outcome.funnel.touched},
            {"answered", outcome.funnel.answered}}},
          {"cost",
           {{"pairs_read", outcome.cost.pairs_read},
            {"visual_tokens", outcome.cost.visual_tokens},
            {"bytes_read", outcome.cost.bytes_read},
            {"seconds", outcome.cost.seconds}}}};
}

Json questions_json(std::span<const SystemOutcomes> systems) {
  Json questions = Json::array();
  std::map<std::string_view, std::size_t> position;
  for (const auto& outcome : systems.front().outcomes) {
    const auto& question = outcome.question;
    position.emplace(question.id, questions.size());
    Json object{{"id", question.id},
                {"video", question.video},
                {"type", question.type},
                {"question", question.question},
                {"truth", to_text(question.truth)},
                {"held_out", question.held_out}};
    object.update(answer_json(outcome));
    object["baselines"] = Json::object();
    questions.push_back(std::move(object));
  }
  for (const auto& baseline : systems.subspan(1)) {
    for (const auto& outcome : baseline.outcomes) {
      const auto at = position.find(outcome.question.id);
      if (at != position.end())
        questions[at->second]["baselines"][baseline.name] = answer_json(outcome);
    }
  }
  return questions;
}

}  // namespace

std::string to_json(std::span<const SystemOutcomes> systems) {
  Json report = figures_json(systems.front());
  report["baselines"] = Json::object();
  for (const auto& baseline : systems.subspan(1))
    report["baselines"][baseline.name] = baseline_json(systems.front(), baseline);
  report["questions"] = questions_json(systems);
  // A model may answer bytes that are not UTF-8.
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hindsight::evaluation
