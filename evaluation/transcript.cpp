#include <algorithm>

#include <fmt/format.h>

#include "evaluation/report.h"

namespace hindsight::evaluation {
namespace {

constexpr std::size_t kMaxIntervals = 4;

std::string spans(const std::vector<TimeSpan>& intervals) {
  std::string text;
  for (std::size_t i = 0; i < std::min(intervals.size(), kMaxIntervals); ++i) {
    text += fmt::format(
        "{}{} – {}", i == 0 ? "" : ", ", to_clock(intervals[i].begin), to_clock(intervals[i].end));
  }
  const std::size_t rest = intervals.size() - std::min(intervals.size(), kMaxIntervals);
  return rest == 0 ? text : text + fmt::format(" and {} more", rest);
}

std::string tolerance(const BenchmarkQuestion& question) {
  switch (question.rule) {
    case Rule::iou:
      return fmt::format("  (IoU of {:g} or more)", question.tolerance);
    case Rule::absolute:
      return fmt::format("  (within {:g})", question.tolerance);
    case Rule::relative:
      return fmt::format("  (within {:g} %)", 100 * question.tolerance);
    case Rule::exact:
    case Rule::refusal:
      break;
  }
  return "";
}

}  // namespace

std::string to_text(const Truth& truth) {
  if (truth.absent) return "not in the video";
  if (truth.intervals) return spans(*truth.intervals);
  if (truth.number) return fmt::format("{:g}", *truth.number);
  if (truth.text) return *truth.text;
  return truth.list ? fmt::format("{}", fmt::join(*truth.list, ", ")) : "";
}

std::string to_transcript(const SystemOutcomes& system, Shown shown) {
  std::string text;
  for (const auto& outcome : system.outcomes) {
    if (shown == Shown::wrong && outcome.score.correct) continue;
    const auto& question = outcome.question;
    text += fmt::format("{}\n", question.question);
    text += fmt::format(
        "  {:<9} {}\n", outcome.score.correct ? "right" : "WRONG", outcome.response.text);
    text += fmt::format("  {:<9} {}{}\n", "truth", to_text(question.truth), tolerance(question));
    if (!outcome.response.intervals.empty())
      text += fmt::format("  {:<9} {}\n", "evidence", spans(outcome.response.intervals));
    text += fmt::format("  {:<9} {}, {}, {:.2f} s, {} pairs read\n\n",
                        "",
                        question.type,
                        question.video,
                        outcome.cost.seconds,
                        outcome.cost.pairs_read);
  }
  return text;
}

}  // namespace hindsight::evaluation
