#include "evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <tuple>
#include <utility>

namespace hindsight::evaluation {
namespace {

constexpr double kZ95 = 1.959963985;

/// One number about one question of a video.
struct Observation {
  std::string_view video;
  double value = 0;
};

std::pair<double, double> wilson(double share, double n) {
  const double z2 = kZ95 * kZ95;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ95 / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {middle - half, middle + half};
}

/// Standard error of the mean when the members of a cluster are not independent (the sandwich
/// estimator with V / (V - 1)); 0 with one video.
double clustered_error(std::span<const Observation> observations, double mean) {
  std::map<std::string_view, double> residuals;
  for (const auto& [video, value] : observations) residuals[video] += value - mean;
  const auto videos = static_cast<double>(residuals.size());
  if (videos < 2) return 0;
  double sum = 0;
  for (const auto& [video, residual] : residuals) sum += residual * residual;
  return std::sqrt(videos / (videos - 1) * sum) / static_cast<double>(observations.size());
}

/// As if every question were on its own; 0 with one.
double independent_error(std::span<const Observation> observations, double mean) {
  const auto n = static_cast<double>(observations.size());
  if (n < 2) return 0;
  double sum = 0;
  for (const auto& [video, value] : observations) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / (n * (n - 1)));
}

Difference summarise(std::span<const Observation> observations) {
  Difference difference{.n = static_cast<int>(observations.size())};
  if (observations.empty()) return difference;
  for (const auto& observation : observations) difference.mean += observation.value;
  difference.mean /= difference.n;
  const double error = std::max(clustered_error(observations, difference.mean),
                                independent_error(observations, difference.mean));
  const double half = error > 0 ? kZ95 * error : 3.0 / difference.n;
  difference.low = std::max(difference.mean - half, -1.0);
  difference.high = std::min(difference.mean + half, 1.0);
  return difference;
}

double credit(const Outcome& outcome) { return outcome.score.correct ? 1 : 0; }

double share_of(const Group& outcomes, double iou) {
  return static_cast<double>(
             std::count_if(outcomes.begin(),
                           outcomes.end(),
                           [&](const Outcome* o) { return o->score.measure >= iou; })) /
         static_cast<double>(outcomes.size());
}

double value_at(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
}

}  // namespace

Accuracy accuracy_of(const Group& outcomes) {
  Accuracy accuracy{.n = static_cast<int>(outcomes.size())};
  if (outcomes.empty()) return accuracy;
  std::vector<Observation> observations;
  for (const Outcome* outcome : outcomes) {
    accuracy.correct += outcome->score.correct;
    observations.push_back({outcome->question.video, credit(*outcome)});
  }
  const double share = accuracy.share();
  std::tie(accuracy.low, accuracy.high) = wilson(share, accuracy.n);
  const double half = kZ95 * clustered_error(observations, share);
  accuracy.low = std::clamp(std::min(accuracy.low, share - half), 0.0, 1.0);
  accuracy.high = std::clamp(std::max(accuracy.high, share + half), 0.0, 1.0);
  return accuracy;
}

Difference paired_difference(const Group& ours, const Group& theirs) {
  std::map<std::string_view, const Outcome*> by_id;
  for (const Outcome* outcome : theirs) by_id.emplace(outcome->question.id, outcome);
  std::vector<Observation> observations;
  for (const Outcome* outcome : ours) {
    const auto other = by_id.find(outcome->question.id);
    if (other == by_id.end()) continue;
    observations.push_back({outcome->question.video, credit(*outcome) - credit(*other->second)});
  }
  return summarise(observations);
}

std::optional<double> mean_chance(const Group& outcomes) {
  double sum = 0;
  int n = 0;
  for (const Outcome* outcome : outcomes) {
    if (!outcome->chance) continue;
    sum += *outcome->chance;
    ++n;
  }
  if (n == 0) return std::nullopt;
  return sum / n;
}

Difference difference_from_chance(const Group& outcomes) {
  std::vector<Observation> observations;
  for (const Outcome* outcome : outcomes) {
    if (outcome->chance)
      observations.push_back({outcome->question.video, credit(*outcome) - *outcome->chance});
  }
  return summarise(observations);
}

std::string_view side_of_zero(const Difference& difference) {
  if (difference.n == 0) return "";
  return difference.low > 0 ? "above" : difference.high < 0 ? "below" : "at";
}

FunnelCounts count_steps(const Group& outcomes) {
  FunnelCounts counts;
  for (const Outcome* outcome : outcomes) {
    if (outcome->question.evidence.empty()) continue;
    const Funnel& funnel = outcome->funnel;
    ++counts.evidence_known;
    counts.sampled += funnel.sampled;
    counts.cached += funnel.cached;
    counts.retrieved += funnel.retrieved;
    counts.touched += funnel.touched;
    counts.answered += funnel.touched && funnel.answered;
    counts.right_without_path += !funnel.touched && funnel.answered;
  }
  return counts;
}

Grounding grounding_of(const Group& outcomes) {
  Group asked;
  for (const Outcome* outcome : outcomes)
    if (outcome->question.rule == Rule::iou) asked.push_back(outcome);
  Grounding grounding{.n = static_cast<int>(asked.size())};
  if (asked.empty()) return grounding;
  for (const Outcome* outcome : asked) {
    const double iou = outcome->score.measure;
    grounding.mean_iou += iou / grounding.n;
    grounding.search_errors += !outcome->score.correct && iou == 0;
    grounding.boundary_errors += !outcome->score.correct && iou > 0;
  }
  grounding.recall_03 = share_of(asked, 0.3);
  grounding.recall_05 = share_of(asked, 0.5);
  grounding.recall_07 = share_of(asked, 0.7);
  return grounding;
}

Quantiles quantiles(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {value_at(values, 0.5), value_at(values, 0.95)};
}

CostSummary cost_of(const Group& outcomes) {
  const auto of = [&](auto member) {
    std::vector<double> values;
    for (const Outcome* outcome : outcomes)
      values.push_back(static_cast<double>(outcome->cost.*member));
    return quantiles(std::move(values));
  };
  return {
      of(&Cost::pairs_read), of(&Cost::visual_tokens), of(&Cost::bytes_read), of(&Cost::seconds)};
}

}  // namespace hindsight::evaluation
