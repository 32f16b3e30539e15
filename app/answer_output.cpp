#include "app/answer_output.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/text.h"
#include "app/video_state.h"
#include "query/sentence.h"

namespace hindsight::app {
namespace {

void print_intervals(const query::Answer& answer, bool name_videos) {
  for (const auto& interval : answer.intervals) {
    std::string pairs;
    for (const auto& pair : interval.pairs)
      pairs += (pairs.empty() ? "" : ", ") + to_clock(pair.first);
    fmt::print("{} \u2013 {}  {:.2f}  {}pairs at {}\n",
               to_clock(interval.span.begin),
               to_clock(interval.span.end),
               interval.score,
               name_videos ? printable(interval.video) + "  " : "",
               pairs);
  }
}

}  // namespace

void print_text(std::string_view text) {
  fmt::print("{}", printable(text));
  std::fflush(stdout);
}

void warn_of_limits(const query::QuestionPlan& plan,
                    const query::Answer& answer,
                    const Context& context) {
  const Logger& logger = context.logger;
  for (const auto& left_out : plan.left_out)
    logger.warn("{} was left out: {}", left_out.label, left_out.reason);
  for (const auto& scope : plan.scopes) {
    if (!answer.findings || scope.run.complete) continue;
    logger.warn("{} is not read to its end; {}", scope.label, how_to_go_on(scope.video, context));
  }
  for (const auto& reading : answer.readings) {
    if (reading.scope.run.complete) continue;
    logger.warn("{} is not read to its end: {:.1f} % of what the question is about is there; {}",
                reading.scope.label,
                reading.covered * 100,
                how_to_go_on(reading.scope.video, context));
  }
  if (answer.findings) tell_not_kept(answer.findings->not_kept, logger);
  if (answer.proposal && answer.findings) {
    logger.info("the plan is the language model's proposal; --explain shows it");
  } else if (answer.proposal && answer.usage.pairs_read > 0) {
    logger.info(
        "the question has no form that becomes a plan{}: {}",
        answer.proposal->rejected.empty() ? "" : fmt::format(" ({})", answer.proposal->rejected),
        answer.found ? "the answer is the model's own text"
                     : "the model was asked and says nothing");
  }
  if (answer.reasoning && !answer.reasoning->chosen_by_model && !answer.reasoning->steps.empty()) {
    logger.info("the steps are a script made from the question's plan, not the model's choice: {}",
                answer.reasoning->why_scripted);
  }
  if (answer.cut_off) {
    logger.warn("the answer was cut after {} tokens; raise --max-new-tokens",
                answer.usage.new_tokens);
  }
}

void tell_not_kept(const std::string& not_kept, const Logger& logger) {
  if (!not_kept.empty())
    logger.info("the answer stands; the next question has to look again: {}", not_kept);
}

/// What took a hundredth of a second or more, the longest first.
std::string timings_text(const query::Timings& timings, double load_ms) {
  std::vector<std::pair<double, std::string_view>> steps{{load_ms, "load"},
                                                         {timings.select, "select"},
                                                         {timings.read, "read"},
                                                         {timings.prefill, "prefill"},
                                                         {timings.decode, "decode"},
                                                         {timings.look, "look"}};
  std::erase_if(steps, [](const auto& step) { return step.first < 10; });
  std::ranges::sort(steps, std::greater{});
  std::string text = fmt::format("{} in all", human_seconds(timings.total / 1e3));
  for (const auto& [ms, name] : steps)
    text += fmt::format(", {} {}", name, human_seconds(ms / 1e3));
  return text;
}

void log_usage(const query::Answer& answer, double load_ms, const Logger& logger) {
  const auto& usage = answer.usage;
  logger.info("{}, {}, {} read; {} frames decoded, {} pairs encoded; {}",
              counted(usage.pairs_read, "pair"),
              counted(usage.visual_tokens, "visual token"),
              human_bytes(usage.bytes_read),
              query::Usage::frames_decoded,
              query::Usage::pairs_encoded,
              timings_text(answer.timings, load_ms));
}

void print_step(const query::ReasonStep& step) {
  if (!step.thought.empty()) print_text(step.thought + "\n");
  std::string result = step.result;
  for (std::size_t at = 0; (at = result.find('\n', at)) != std::string::npos; at += 3)
    result.replace(at, 1, "\n  ");
  print_text(fmt::format(
      "> {} {}\n  {}\n", step.tool.empty() ? "(no call)" : step.tool, step.arguments, result));
}

bool is_generated(const query::Answer& answer) {
  return !answer.findings && !answer.is_summary && !answer.reasoning && !answer.readings.empty();
}

void print_answer(const query::Answer& answer, bool was_streamed, bool name_videos) {
  if (!was_streamed) print_text(answer.text);
  // The shipped model may say nothing at all.
  if (answer.text.empty() && answer.refusal)
    print_text("No answer: " + answer.refusal->detail + ".");
  fmt::print("\n");
  if (const auto grounds = query::grounds_of_absence(answer); !grounds.empty())
    print_text(grounds + "\n");
  // A summary has its times in its text.
  if (!answer.is_summary) print_intervals(answer, name_videos);
  // Whole before the log goes on: both may end in one file.
  std::fflush(stdout);
}

}  // namespace hindsight::app
