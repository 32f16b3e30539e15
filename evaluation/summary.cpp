#include "evaluation/summary.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hindsight::evaluation {
namespace {

constexpr double kZ95 = 1.959963985;

std::pair<double, double> wilson(double share, double n) {
  const double z2 = kZ95 * kZ95;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ95 / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {middle - half, middle + half};
}

/// Standard error of the mean when the members of a cluster are not independent (the sandwich
/// estimator with V / (V - 1)).
double clustered_error(std::span<const Outcome> outcomes, double share) {
  std::map<std::string, double> residuals;
  for (const auto& outcome : outcomes)
    residuals[outcome.question.video] += (outcome.score.correct ? 1.0 : 0.0) - share;
  const double videos = static_cast<double>(residuals.size());
  if (videos < 2) return 0;
  double sum = 0;
  for (const auto& [video, residual] : residuals) sum += residual * residual;
  const double n = static_cast<double>(outcomes.size());
  return std::sqrt(videos / (videos - 1) * sum) / n;
}

struct LengthClass {
  std::string_view name;
  double minutes;
};
constexpr std::array<LengthClass, 6> kLengths = {
    {{"20 min", 20}, {"40 min", 40}, {"1 h", 60}, {"2 h", 120}, {"5 h", 300}, {"10 h", 600}}};

struct Losses {
  int with_evidence = 0;
  int sampled = 0;
  int retrieved = 0;
  int touched = 0;
  int answered = 0;
};

Losses count_losses(std::span<const Outcome> outcomes) {
  Losses losses;
  for (const auto& outcome : outcomes) {
    if (outcome.question.evidence.empty()) continue;
    ++losses.with_evidence;
    losses.sampled += outcome.funnel.sampled;
    losses.retrieved += outcome.funnel.retrieved;
    losses.touched += outcome.funnel.touched;
    losses.answered += outcome.funnel.touched && outcome.funnel.answered;
  }
  return losses;
}

double mean_seconds(std::span<const Outcome> outcomes) {
  double sum = 0;
  for (const auto& outcome : outcomes) sum += outcome.seconds;
  return outcomes.empty() ? 0 : sum / static_cast<double>(outcomes.size());
}

std::string row(std::string_view name, std::span<const Outcome> outcomes) {
  const Accuracy accuracy = accuracy_of(outcomes);
  return fmt::format("{:<18} {:>5} {:>8} {:>8.3f}   {:.3f}\u2013{:.3f}\n",
                     name,
                     accuracy.n,
                     accuracy.correct,
                     accuracy.share(),
                     accuracy.low,
                     accuracy.high);
}

nlohmann::ordered_json to_object(std::span<const Outcome> outcomes) {
  const Accuracy accuracy = accuracy_of(outcomes);
  return {{"n", accuracy.n},
          {"correct", accuracy.correct},
          {"accuracy", accuracy.share()},
          {"interval", {accuracy.low, accuracy.high}}};
}

nlohmann::ordered_json to_object(const Outcome& outcome) {
  nlohmann::ordered_json intervals = nlohmann::ordered_json::array();
  for (const TimeSpan& span : outcome.response.intervals)
    intervals.push_back({to_seconds(span.begin), to_seconds(span.end)});
  return {{"id", outcome.question.id},
          {"video", outcome.question.video},
          {"type", outcome.question.type},
          {"question", outcome.question.question},
          {"held_out", outcome.question.held_out},
          {"answer", outcome.response.text},
          {"found", outcome.response.found},
          {"intervals", intervals},
          {"correct", outcome.score.correct},
          {"measure", outcome.score.measure},
          {"funnel",
           {{"sampled", outcome.funnel.sampled},
            {"retrieved", outcome.funnel.retrieved},
            {"touched", outcome.funnel.touched},
            {"answered", outcome.funnel.answered}}},
          {"seconds", outcome.seconds}};
}

}  // namespace

Accuracy accuracy_of(std::span<const Outcome> outcomes) {
  Accuracy accuracy;
  accuracy.n = static_cast<int>(outcomes.size());
  if (outcomes.empty()) return accuracy;
  accuracy.correct = static_cast<int>(std::count_if(
      outcomes.begin(), outcomes.end(), [](const Outcome& o) { return o.score.correct; }));
  const double share = accuracy.share();
  std::tie(accuracy.low, accuracy.high) = wilson(share, accuracy.n);
  const double half = kZ95 * clustered_error(outcomes, share);
  accuracy.low = std::clamp(std::min(accuracy.low, share - half), 0.0, 1.0);
  accuracy.high = std::clamp(std::max(accuracy.high, share + half), 0.0, 1.0);
  return accuracy;
}

std::string length_class(MediaDuration length) {
  const double minutes = to_seconds(length) / 60;
  if (minutes < 10) return "under 10 min";
  const auto nearest =
      std::min_element(kLengths.begin(), kLengths.end(), [&](const auto& a, const auto& b) {
        return std::abs(std::log(minutes / a.minutes)) < std::abs(std::log(minutes / b.minutes));
      });
  return std::string(nearest->name);
}

std::map<std::string, std::vector<Outcome>> group_by_type(std::span<const Outcome> outcomes) {
  std::map<std::string, std::vector<Outcome>> groups;
  for (const auto& outcome : outcomes) groups[outcome.question.type].push_back(outcome);
  return groups;
}

std::vector<std::pair<std::string, std::vector<Outcome>>> group_by_length(
    std::span<const Outcome> outcomes) {
  std::vector<Outcome> sorted(outcomes.begin(), outcomes.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.video_length < b.video_length;
  });
  std::vector<std::pair<std::string, std::vector<Outcome>>> groups;
  for (auto& outcome : sorted) {
    const std::string name = length_class(outcome.video_length);
    if (groups.empty() || groups.back().first != name) groups.push_back({name, {}});
    groups.back().second.push_back(std::move(outcome));
  }
  return groups;
}

std::string to_table(std::span<const Outcome> outcomes) {
  std::string table =
      fmt::format("{:<18} {:>5} {:>8} {:>8}   95 %\n", "", "n", "correct", "accuracy");
  table += row("all", outcomes);
  for (const auto& [type, group] : group_by_type(outcomes)) table += row(type, group);
  for (const auto& [length, group] : group_by_length(outcomes)) table += row(length, group);
  const Losses losses = count_losses(outcomes);
  table += fmt::format(
      "\nevidence known {}: sampled {}, retrieved {}, interval touched {}, answered {}\n"
      "{:.2f} s a question\n",
      losses.with_evidence,
      losses.sampled,
      losses.retrieved,
      losses.touched,
      losses.answered,
      mean_seconds(outcomes));
  return table;
}

std::string to_json(std::span<const Outcome> outcomes) {
  nlohmann::ordered_json report = to_object(outcomes);
  report["by_type"] = nlohmann::ordered_json::object();
  for (const auto& [type, group] : group_by_type(outcomes)) report["by_type"][type] = to_object(group);
  report["by_length"] = nlohmann::ordered_json::object();
  for (const auto& [length, group] : group_by_length(outcomes))
    report["by_length"][length] = to_object(group);
  const Losses losses = count_losses(outcomes);
  report["funnel"] = {{"evidence_known", losses.with_evidence},
                      {"sampled", losses.sampled},
                      {"retrieved", losses.retrieved},
                      {"touched", losses.touched},
                      {"answered", losses.answered}};
  report["seconds_per_question"] = mean_seconds(outcomes);
  report["questions"] = nlohmann::ordered_json::array();
  for (const auto& outcome : outcomes) report["questions"].push_back(to_object(outcome));
  // A model may answer bytes that are not UTF-8.
  return report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Funnel follow(const BenchmarkQuestion& question,
              std::span<const TimeSpan> cached,
              std::span<const TimeSpan> read,
              const Response& response,
              const Score& score) {
  const auto touches = [&](std::span<const TimeSpan> spans) {
    return std::any_of(spans.begin(), spans.end(), [&](const TimeSpan& span) {
      return std::any_of(question.evidence.begin(), question.evidence.end(), [&](const TimeSpan& e) {
        return span.overlaps(e) || e.contains(span.begin);
      });
    });
  };
  Funnel funnel;
  funnel.sampled = touches(cached);
  funnel.retrieved = funnel.sampled && touches(read);
  funnel.touched = funnel.retrieved && touches(response.intervals);
  funnel.answered = score.correct;
  return funnel;
}

}  // namespace hindsight::evaluation
