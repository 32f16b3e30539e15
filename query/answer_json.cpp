#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "query/answer.h"

namespace hindsight::query {
namespace {

/// Bytes that are no UTF-8 become U+FFFD: a file name may hold any.
std::string quote(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <class List, class ToJson>
std::string list_json(const List& list, ToJson to_json) {
  std::string text;
  for (const auto& item : list) {
    if (!text.empty()) text += ',';
    text += to_json(item);
  }
  return fmt::format("[{}]", text);
}

/// The members that name a pair in whatever store, without the braces.
std::string pair_members(const index::StoredPair& pair) {
  return fmt::format(R"("first":{},"second":{},"width":{},"height":{})",
                     to_decimal_seconds(pair.first),
                     to_decimal_seconds(pair.second),
                     pair.width,
                     pair.height);
}

std::string look_json(const CitedLook& look) {
  if (look.reply) {
    return fmt::format(R"({{"question":{},"reply":{}}})", quote(look.question), quote(*look.reply));
  }
  return fmt::format(R"({{"predicate":{},"is_true":{},"p_yes":{:.4f}}})",
                     quote(look.question),
                     look.is_true,
                     look.p_yes);
}

std::string interval_json(const EvidenceInterval& interval) {
  const auto pair_json = [&](const index::StoredPair& pair) {
    std::vector<CitedLook> looks;
    for (const auto& look : interval.looks)
      if (look.pair.id == pair.id) looks.push_back(look);
    return fmt::format(R"({{{},"looks":{}}})", pair_members(pair), list_json(looks, look_json));
  };
  return fmt::format(
      R"({{"video":{},"video_hash":{},"from":{},"to":{},"score":{:.4f},"basis":"{}","pairs":{}}})",
      quote(interval.video),
      quote(interval.video_hash),
      to_decimal_seconds(interval.span.begin),
      to_decimal_seconds(interval.span.end),
      interval.score,
      to_string(interval.basis),
      list_json(interval.pairs, pair_json));
}

std::string counter_json(const CounterEvidence& counter) {
  const auto rather_pair = counter.rather_pair ? fmt::format(R"(,"rather_pair":{{{}}})",
                                                             pair_members(*counter.rather_pair))
                                               : "";
  return fmt::format(
      R"({{"video":{},"video_hash":{},"predicate":{},"p_yes":{:.4f},"rather":{},"p_rather":{:.4f},"pair":{{{}}}{}}})",
      quote(counter.video),
      quote(counter.video_hash),
      quote(counter.predicate),
      counter.p_yes,
      quote(counter.rather),
      counter.p_rather,
      pair_members(counter.pair),
      rather_pair);
}

struct ValueJson {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(double number) const { return fmt::format("{:.10g}", number); }
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(const std::string& text) const { return quote(text); }
  std::string operator()(const std::vector<std::string>& names) const {
    return list_json(names, quote);
  }
};

std::string coverage_json(const PlanFindings& findings) {
  const auto& coverage = findings.coverage.all;
  return fmt::format(
      R"({{"asked_seconds":{},"share":{:.4f},"pairs_per_minute":{:.3f},"widest_gap":{{"video":{},"from":{},"to":{}}}}})",
      to_decimal_seconds(MediaTime{findings.coverage.length}),
      coverage.share,
      coverage.pairs_per_minute,
      quote(findings.coverage.gap_video),
      to_decimal_seconds(coverage.widest_gap.begin),
      to_decimal_seconds(coverage.widest_gap.end));
}

/// The members that come of a plan; null where retrieval and generation answered.
std::string findings_json(const Answer& answer) {
  const auto& findings = answer.findings;
  const auto refusal = answer.refusal ? fmt::format(R"({{"reason":"{}","detail":{}}})",
                                                    to_string(answer.refusal->reason),
                                                    quote(answer.refusal->detail))
                                      : std::string("null");
  if (!findings) {
    return fmt::format(R"("refusal":{},"coverage":null,"counter_evidence":[],"plan":null)",
                       refusal);
  }
  const auto counts = findings->counts.empty()
                          ? ""
                          : fmt::format(R"("counts":[{}],)", fmt::join(findings->counts, ","));
  return fmt::format(R"({}"refusal":{},"coverage":{},"counter_evidence":{},"plan":{})",
                     counts,
                     refusal,
                     coverage_json(*findings),
                     list_json(findings->counter_evidence, counter_json),
                     to_json(findings->plan));
}

std::string type_json(const Answer& answer) {
  if (answer.findings) return quote(std::string(to_string(answer.findings->plan.type)));
  return answer.is_summary ? R"("summary")" : "null";
}

/// With a comma behind it; empty when the question needed none.
std::string proposal_json(const Answer& answer) {
  if (!answer.proposal) return {};
  return fmt::format(R"("proposal":{{"json":{},"rejected":{}}},)",
                     quote(answer.proposal->json),
                     quote(answer.proposal->rejected));
}

std::string step_json(const ReasonStep& step) {
  return fmt::format(
      R"({{"thought":{},"tool":{},"arguments":{},"result":{},"failed":{},"pairs_read":{},"looks_computed":{}}})",
      quote(step.thought),
      quote(step.tool),
      step.arguments.empty() ? "null" : step.arguments,
      quote(step.result),
      step.failed,
      step.pairs_read,
      step.looks_computed);
}

/// With a comma behind it; empty when nobody asked for steps.
std::string reasoning_json(const Answer& answer) {
  if (!answer.reasoning) return {};
  return fmt::format(R"("reasoning":{{"chosen_by":"{}","why":{},"steps":{}}},)",
                     answer.reasoning->chosen_by_model ? "model" : "script",
                     quote(answer.reasoning->why_scripted),
                     list_json(answer.reasoning->steps, step_json));
}

std::string usage_json(const Usage& usage) {
  return fmt::format(
      R"({{"pairs_read":{},"visual_tokens":{},"bytes_read":{},"looks_computed":{},"looks_kept":{},)"
      R"("frames_decoded":{},"pairs_encoded":{}}})",
      usage.pairs_read,
      usage.visual_tokens,
      usage.bytes_read,
      usage.looks_computed,
      usage.looks_kept,
      Usage::frames_decoded,
      Usage::pairs_encoded);
}

std::string timings_json(const Timings& timings, double load_ms) {
  return fmt::format(
      R"({{"load":{:.3f},"select":{:.3f},"read":{:.3f},"prefill":{:.3f},"decode":{:.3f},"look":{:.3f},"total":{:.3f}}})",
      load_ms,
      timings.select,
      timings.read,
      timings.prefill,
      timings.decode,
      timings.look,
      timings.total);
}

}  // namespace

// Written by hand: the JSON library would print 12.5 for 12.500000.
std::string to_json(const Answer& answer, double load_ms) {
  const auto& findings = answer.findings;
  return fmt::format(
      R"({{"version":{},"question":{},"answer":{},"found":{},"type":{},"value":{},"confidence":{},)"
      R"("intervals":{},{},{}{}"usage":{},"timings_ms":{},"model":{},"fingerprints":{},"store":{}}})",
      kAnswerVersion,
      quote(answer.question),
      quote(answer.text),
      answer.found,
      type_json(answer),
      findings ? std::visit(ValueJson{}, findings->value) : "null",
      findings ? fmt::format("{:.4f}", findings->confidence) : "null",
      list_json(answer.intervals, interval_json),
      findings_json(answer),
      proposal_json(answer),
      reasoning_json(answer),
      usage_json(answer.usage),
      timings_json(answer.timings, load_ms),
      quote(answer.model),
      fmt::format(R"({{"vision":{},"language":{},"dtype":{}}})",
                  quote(answer.made_by.vision_fingerprint),
                  quote(answer.made_by.language_fingerprint),
                  quote(answer.made_by.dtype)),
      quote(answer.store));
}

}  // namespace hindsight::query
