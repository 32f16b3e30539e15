#include "query/sentence.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "query/detail/noun_phrase.h"
#include "query/detail/replies.h"

namespace hindsight::query {
namespace {

/// Times in a sentence; the intervals have all of them.
constexpr std::size_t kMostTimes = 10;

std::string name_of(const PlanFindings& findings) {
  if (findings.plan.names.empty()) return "it";
  return findings.plan.names.front();
}

std::string time_text(const TimeSpan& span, Edge edge) {
  switch (edge) {
    case Edge::begin:
      return fmt::format("at {}", to_clock(span.begin));
    case Edge::end:
      return fmt::format("at {}", to_clock(span.end));
    case Edge::whole:
      break;
  }
  return fmt::format("from {} to {}", to_clock(span.begin), to_clock(span.end));
}

std::string times_text(const std::vector<EvidenceInterval>& intervals, Edge edge) {
  const bool one_video = std::all_of(intervals.begin(), intervals.end(), [&](const auto& interval) {
    return interval.video_id == intervals.front().video_id;
  });
  std::string text;
  for (std::size_t i = 0; i < std::min(intervals.size(), kMostTimes); ++i) {
    text += fmt::format("{}{}{}",
                        i > 0 ? ", " : "",
                        time_text(intervals[i].span, edge),
                        one_video ? "" : fmt::format(" in {}", intervals[i].video));
  }
  if (intervals.size() > kMostTimes)
    text += fmt::format(" and {} more times", intervals.size() - kMostTimes);
  return text;
}

/// ": a car 9 times, a truck 3 times", of what was compared by number; else nothing.
std::string counts_text(const PlanFindings& findings) {
  std::string text;
  for (std::size_t i = 0; i < findings.counts.size(); ++i) {
    const auto count = findings.counts[i];
    text += fmt::format("{}{} {} time{}",
                        i == 0 ? ": " : ", ",
                        name_of(findings.plan, i),
                        count,
                        count == 1 ? "" : "s");
  }
  return text;
}

/// Of an inventory: one reply an interval.
std::string replies_text(const std::vector<EvidenceInterval>& intervals) {
  std::vector<std::string> replies;
  for (const auto& interval : intervals) replies.push_back(detail::reply_in(interval));
  return fmt::format("{}", fmt::join(replies, ", then "));
}

}  // namespace

std::string to_sentence(const PlanFindings& findings,
                        const std::vector<EvidenceInterval>& intervals) {
  const auto& plan = findings.plan;
  switch (plan.type) {
    case AnswerType::when:
    case AnswerType::list:
      if (is_inventory(plan))
        return detail::upper_first(fmt::format("{}.", replies_text(intervals)));
      return fmt::format(
          "{}: {}.", detail::upper_first(name_of(findings)), times_text(intervals, plan.edge));
    case AnswerType::count: {
      const auto number = fmt::format("{:g}", std::get<double>(findings.value));
      if (is_inventory(plan)) return fmt::format("{}: {}.", number, replies_text(intervals));
      if (!plan.look.empty()) return fmt::format("{}.", number);
      if (intervals.empty()) return fmt::format("{}.", number);
      if (plan.of.front().op == PlanOp::most)
        return fmt::format("{} at once: {}.", number, times_text(intervals, Edge::whole));
      return fmt::format(
          "{}{}: {}.", number, plan.per_hour ? " an hour" : "", times_text(intervals, plan.edge));
    }
    case AnswerType::duration:
      if (plan.share)
        return fmt::format(
            "{:.1f} %: {}.", std::get<double>(findings.value), times_text(intervals, Edge::whole));
      return fmt::format("{:.1f} seconds: {}.",
                         std::get<double>(findings.value),
                         times_text(intervals, Edge::whole));
    case AnswerType::text:
      return std::get<std::string>(findings.value);
    case AnswerType::yes_no:
      return fmt::format(
          "{}{}.", std::get<bool>(findings.value) ? "Yes" : "No", counts_text(findings));
    case AnswerType::order:
      if (!findings.counts.empty())
        return detail::upper_first(
            fmt::format("{}{}.", std::get<std::string>(findings.value), counts_text(findings)));
      if (const auto* picked = std::get_if<std::string>(&findings.value))
        return detail::upper_first(fmt::format("{}.", *picked));
      return detail::upper_first(fmt::format(
          "{}.", fmt::join(std::get<std::vector<std::string>>(findings.value), ", then ")));
  }
  return {};
}

std::string to_sentence(const VideosCoverage& coverage, const CounterEvidence* closest) {
  const bool one = coverage.num_videos <= 1;
  const auto in = [&](const std::string& video) {
    return one ? std::string() : fmt::format(" of {}", video);
  };
  auto text = fmt::format(
      "looked at {:.1f} % of {}, {:.1f} pairs a minute, widest gap {:.1f} s at {}{}",
      coverage.all.share * 100,
      one ? fmt::format("{} to {}", to_clock(coverage.asked.begin), to_clock(coverage.asked.end))
          : fmt::format(
                "{} videos, {} in all", coverage.num_videos, to_clock(MediaTime{coverage.length})),
      coverage.all.pairs_per_minute,
      to_seconds(coverage.all.widest_gap.length()),
      to_clock(coverage.all.widest_gap.begin),
      in(coverage.gap_video));
  if (closest == nullptr) return text;
  auto rather = closest->rather.empty()
                    ? std::string()
                    : fmt::format(", but \"{}\" {:.2f}", closest->rather, closest->p_rather);
  if (closest->rather_pair) rather += " at " + to_clock(closest->rather_pair->first);
  return fmt::format("{}; closest: {}{} ({:.2f}{})",
                     text,
                     to_clock(closest->pair.first),
                     in(closest->video),
                     closest->p_yes,
                     rather);
}

std::string grounds_of_absence(const Answer& answer) {
  if (!answer.found || !answer.findings || !answer.intervals.empty()) return {};
  const auto& counters = answer.findings->counter_evidence;
  return detail::upper_first(
      to_sentence(answer.findings->coverage, counters.empty() ? nullptr : &counters.front()) + ".");
}

}  // namespace hindsight::query
