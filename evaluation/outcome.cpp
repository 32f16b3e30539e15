#include "evaluation/outcome.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hindsight::evaluation {
namespace {

struct LengthClass {
  std::string_view name;
  double minutes;
};
constexpr std::array<LengthClass, 6> kLengths = {
    {{"20 min", 20}, {"40 min", 40}, {"1 h", 60}, {"2 h", 120}, {"5 h", 300}, {"10 h", 600}}};

}  // namespace

Group group_all(std::span<const Outcome> outcomes) {
  Group group;
  for (const auto& outcome : outcomes) group.push_back(&outcome);
  return group;
}

std::map<std::string, Group> group_by_type(std::span<const Outcome> outcomes) {
  std::map<std::string, Group> groups;
  for (const auto& outcome : outcomes) groups[outcome.question.type].push_back(&outcome);
  return groups;
}

std::vector<std::pair<std::string, Group>> group_by_length(std::span<const Outcome> outcomes) {
  Group sorted = group_all(outcomes);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Outcome* a, const Outcome* b) {
    return a->video_length < b->video_length;
  });
  std::vector<std::pair<std::string, Group>> groups;
  for (const Outcome* outcome : sorted) {
    const std::string name = length_class(outcome->video_length);
    if (groups.empty() || groups.back().first != name) groups.push_back({name, {}});
    groups.back().second.push_back(outcome);
  }
  return groups;
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

bool lies_in(const PairTimes& pair, std::span<const TimeSpan> evidence) {
  return std::any_of(evidence.begin(), evidence.end(), [&](const TimeSpan& span) {
    if (span.empty()) return pair.begin <= span.begin && span.begin <= pair.end;
    return span.contains(pair.begin) || span.contains(pair.end);
  });
}

Funnel follow(const BenchmarkQuestion& question,
              const SeenPairs& pairs,
              const Response& response,
              const Score& score) {
  const auto& evidence = question.evidence;
  const auto any_lies_in = [&](std::span<const PairTimes> times) {
    return std::any_of(
        times.begin(), times.end(), [&](const PairTimes& pair) { return lies_in(pair, evidence); });
  };
  const auto overlaps_evidence = [&](const TimeSpan& interval) {
    return std::any_of(evidence.begin(), evidence.end(), [&](const TimeSpan& span) {
      return interval.overlaps(span) || interval.contains(span.begin);
    });
  };
  const auto& intervals = response.intervals;
  Funnel funnel;
  funnel.sampled = any_lies_in(pairs.planned);
  funnel.cached = funnel.sampled && any_lies_in(pairs.cached);
  funnel.retrieved = funnel.cached && any_lies_in(pairs.read);
  funnel.touched =
      funnel.retrieved && std::any_of(intervals.begin(), intervals.end(), overlaps_evidence);
  funnel.answered = score.correct;
  return funnel;
}

}  // namespace hindsight::evaluation
