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

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
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

std::string rather_text(const CounterEvidence& counter) {
  if (counter.rather.empty()) return {};
  auto text = fmt::format(", {:.3f} for {}", counter.p_rather, quote(counter.rather));
  if (counter.rather_pair) text += " at " + to_clock(counter.rather_pair->first);
  return text;
}

std::string_view to_text(EvidenceBasis basis) {
  switch (basis) {
    case EvidenceBasis::stated:
      return "the answer states it";
    case EvidenceBasis::relevance:
      return "nearest to the question, as the answer states no time";
    case EvidenceBasis::looked:
      return "the model looked at its pairs";
  }
  return "";
}

/// The plan, what each predicate's scan looked at and found, and what was ruled out.
void add_findings(Out out, const PlanFindings& findings) {
  std::string_view head = "plan        ";
  for (const auto& line : lines_of(to_text(findings.plan))) {
    fmt::format_to(out, "{}{}\n", head, line);
    head = "            ";
  }
  fmt::format_to(out, "as JSON     {}\n", to_json(findings.plan));
  for (const auto& scan : findings.scans) {
    fmt::format_to(
        out,
        "looked      {} pairs for {}: {} by rank, {} by vector, {} by text, {} that stand for "
        "others, {} like one that may show it, {} around changes{}\n",
        scan.total(),
        quote(scan.predicate),
        scan.by_rank,
        scan.by_vector,
        scan.by_text,
        scan.representatives,
        scan.by_likeness,
        scan.by_change,
        scan.compared == 0
            ? ""
            : fmt::format("; {} were asked about other colours and kinds too", scan.compared));
    if (scan.clock)
      fmt::format_to(out,
                     "clock       {} at 00:00:00.000 (to within {:.1f} s), and running: {} of {} "
                     "readings agree\n",
                     scan.clock->text_at_begin(),
                     to_seconds(scan.clock->error),
                     scan.clock->agreeing,
                     scan.clock->readings);
  }
  for (const auto& timeline : findings.timelines) {
    fmt::format_to(out, "timeline    {}\n", quote(timeline.predicate));
    for (const auto& interval : timeline.intervals) {
      fmt::format_to(out,
                     "  {}  {:.2f}, {} pairs\n",
                     to_text(interval.span),
                     interval.confidence,
                     interval.last - interval.first + 1);
    }
    for (const auto& ruled_out : timeline.ruled_out) {
      fmt::format_to(out,
                     "  {}  not it: {:.2f} for {}\n",
                     to_text(ruled_out.span),
                     ruled_out.p_rather,
                     quote(ruled_out.rather));
    }
    for (const auto& scored : timeline.pairs) {
      fmt::format_to(out, "    pair at {}  {:.3f}\n", to_clock(scored.pair.first), scored.p_yes);
    }
  }
  for (const auto& counter : findings.counter_evidence) {
    fmt::format_to(out,
                   "ruled out   {} {}  {:.3f} for {}{}\n",
                   counter.video,
                   to_clock(counter.pair.first),
                   counter.p_yes,
                   quote(counter.predicate),
                   rather_text(counter));
  }
  fmt::format_to(out,
                 "coverage    {:.1f} % looked at, {:.1f} pairs a minute, widest gap {}{}\n",
                 findings.coverage.all.share * 100,
                 findings.coverage.all.pairs_per_minute,
                 to_text(findings.coverage.all.widest_gap),
                 findings.coverage.num_videos > 1 ? " of " + findings.coverage.gap_video : "");
  if (!findings.not_kept.empty()) fmt::format_to(out, "not kept    {}\n", findings.not_kept);
}

void add_evidence(Out out, const Answer& answer) {
  if (answer.intervals.empty()) {
    fmt::format_to(out,
                   "evidence    none: {}\n",
                   answer.refusal ? to_string(answer.refusal->reason)
                   : answer.found ? "no pair"
                                  : "not found");
  }
  for (const auto& interval : answer.intervals) {
    fmt::format_to(out,
                   "evidence    {} {}, score {:.2f}, {}\n",
                   interval.video,
                   to_text(interval.span),
                   interval.score,
                   to_text(interval.basis));
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
  if (answer.proposal && !answer.proposal->json.empty())
    fmt::format_to(out, "proposed    {}\n", quote(answer.proposal->json));
  if (answer.proposal && !answer.proposal->rejected.empty())
    fmt::format_to(out, "not used    {}\n", answer.proposal->rejected);
  if (answer.findings) {
    add_findings(out, *answer.findings);
    fmt::format_to(out,
                   "looks       {} computed, {} from the store\n",
                   answer.usage.looks_computed,
                   answer.usage.looks_kept);
    add_evidence(out, answer);
    return text;
  }
  if (answer.is_summary) {
    fmt::format_to(out,
                   "summary     of {} pairs; {} descriptions computed, {} from the store\n",
                   answer.usage.pairs_read,
                   answer.usage.looks_computed,
                   answer.usage.looks_kept);
    add_evidence(out, answer);
    return text;
  }
  if (answer.reasoning) {
    fmt::format_to(out, "steps       {}\n", answer.reasoning->steps.size());
    add_evidence(out, answer);
    return text;
  }
  if (answer.readings.empty()) {
    fmt::format_to(out, "plan        none is executed\n");
    add_evidence(out, answer);
    return text;
  }
  fmt::format_to(out, "plan        none: not understood, so retrieval and generation answer\n");
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
