#include "query/explain.h"

#include <iterator>

#include <fmt/format.h>

#include "query/prompt.h"

namespace hindsight::query {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string to_text(const TimeSpan& span) {
  return fmt::format("{} \u2013 {}", to_clock(span.begin), to_clock(span.end));
}

std::string to_text(const std::vector<TimeSpan>& spans) {
  std::string text;
  for (const auto& span : spans) text += (text.empty() ? "" : ", ") + to_text(span);
  return text;
}

void add_scope(Out out, const VideoReading& reading) {
  const auto& scope = reading.scope;
  fmt::format_to(out,
                 "video       {} ({}), tokens of {} ({:.12}), {}\n",
                 scope.label,
                 to_clock(scope.video.end),
                 scope.run.model_name,
                 scope.run.model_fingerprint,
                 scope.run.complete ? "read to the end"
                                    : fmt::format("{} stretches so far", scope.run.stretches_done));
  fmt::format_to(out, "range       {}\n", to_text(scope.ranges));
  for (const auto& phrase : scope.words.phrases) {
    fmt::format_to(out, "            \"{}\" was read as {}\n", phrase.text, to_text(phrase.span));
  }
}

void add_reading(Out out, const VideoReading& reading) {
  std::int64_t tokens = 0;
  for (const auto& candidate : reading.candidates) tokens += candidate.pair.num_tokens;
  fmt::format_to(out,
                 "candidates  {} pairs with {} tokens cover {:.1f} % of the range\n",
                 reading.candidates.size(),
                 tokens,
                 reading.covered * 100);
  fmt::format_to(out,
                 "read        {} pairs with {} tokens, {} subtitles\n",
                 reading.selection.choices.size(),
                 reading.selection.visual_tokens,
                 reading.subtitles.size());
  for (const auto& choice : reading.selection.choices) {
    const auto& candidate = reading.candidates[choice.candidate];
    const auto& pair = candidate.pair;
    fmt::format_to(
        out,
        "  {}  {:>4} tokens ({}x{})  for {}, closeness {:+.3f}{}; kept for {}\n",
        to_clock(pair.first + (pair.second - pair.first) / 2),
        pair.num_tokens,
        pair.width,
        pair.height,
        to_string(choice.reason),
        candidate.closeness,
        candidate.subtitle_hit > 0 ? fmt::format(", subtitle {:.2f}", candidate.subtitle_hit) : "",
        pair.reason);
  }
  for (const auto& text : reading.subtitles) {
    fmt::format_to(out, "  {}  subtitle {}\n", to_clock(text.span.begin), quote(text.text));
  }
}

void add_evidence(Out out, const Answer& answer) {
  if (answer.intervals.empty())
    fmt::format_to(out, "evidence    none: {}\n", answer.found ? "no pair" : "not found");
  for (const auto& interval : answer.intervals) {
    fmt::format_to(out,
                   "evidence    {} {}, score {:.2f}, {}\n",
                   interval.video,
                   to_text(interval.span),
                   interval.score,
                   interval.basis == EvidenceBasis::stated
                       ? "the answer states it"
                       : "nearest to the question, as the answer states no time");
    for (const auto& pair : interval.pairs) {
      fmt::format_to(out,
                     "  pair {}: frames at {} and {}\n",
                     pair.id,
                     to_clock(pair.first),
                     to_clock(pair.second));
    }
  }
}

}  // namespace

std::string explain(const Answer& answer) {
  std::string text;
  const Out out(text);
  fmt::format_to(out, "question    {}\n", quote(answer.question));
  for (const auto& reading : answer.readings) {
    add_scope(out, reading);
    add_reading(out, reading);
  }
  fmt::format_to(out,
                 "prompt      {} tokens, of which {} are visual; answer {} tokens\n",
                 answer.usage.prompt_tokens,
                 answer.usage.visual_tokens,
                 answer.usage.new_tokens);
  add_evidence(out, answer);
  return text;
}

}  // namespace hindsight::query
