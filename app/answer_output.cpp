#include "app/answer_output.h"

#include <cstdio>

#include <fmt/format.h>

#include "app/text.h"

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
               name_videos ? interval.video + "  " : "",
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
                    const Logger& logger) {
  for (const auto& left_out : plan.left_out)
    logger.warn("{} was left out: {}", left_out.label, left_out.reason);
  for (const auto& scope : plan.scopes) {
    if (!answer.findings || scope.run.complete) continue;
    logger.warn("{} is not read to its end; go on with hindsight ingest {}",
                scope.label,
                shell_quoted(scope.video.path));
  }
  for (const auto& reading : answer.readings) {
    if (reading.scope.run.complete) continue;
    logger.warn(
        "{} is not read to its end: {:.1f} % of what the question is about is there; go on with "
        "hindsight ingest {}",
        reading.scope.label,
        reading.covered * 100,
        shell_quoted(reading.scope.video.path));
  }
  if (answer.findings) tell_not_kept(answer.findings->not_kept, logger);
  if (answer.proposal && answer.findings) {
    logger.info("the plan is the language model's proposal; --explain shows it");
  } else if (answer.proposal) {
    logger.info(
        "the question has no form that becomes a plan{}: the answer is the model's own text",
        answer.proposal->rejected.empty() ? "" : fmt::format(" ({})", answer.proposal->rejected));
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

void log_usage(const query::Answer& answer, double load_ms, const Logger& logger) {
  const auto& usage = answer.usage;
  const auto& timings = answer.timings;
  logger.info(
      "{}, {}, {} read; {} frames decoded, {} pairs encoded; load {}, select "
      "{}, read {}, "
      "prefill {}, decode {}",
      counted(usage.pairs_read, "pair"),
      counted(usage.visual_tokens, "visual token"),
      human_bytes(usage.bytes_read),
      query::Usage::frames_decoded,
      query::Usage::pairs_encoded,
      human_seconds(load_ms / 1e3),
      human_seconds(timings.select / 1e3),
      human_seconds(timings.read / 1e3),
      human_seconds(timings.prefill / 1e3),
      human_seconds(timings.decode / 1e3));
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
  return !answer.findings && answer.summaries.empty() && !answer.reasoning &&
         !answer.readings.empty();
}

void print_answer(const query::Answer& answer, bool was_streamed, bool name_videos) {
  if (!was_streamed) print_text(answer.text);
  // The shipped model may say nothing at all.
  if (answer.text.empty() && answer.refusal)
    print_text("No answer: " + answer.refusal->detail + ".");
  fmt::print("\n");
  // A summary has its times in its text.
  if (answer.summaries.empty()) print_intervals(answer, name_videos);
  // Whole before the log goes on: both may end in one file.
  std::fflush(stdout);
}

}  // namespace hindsight::app
