// A summary for people and for programs.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "query/sentence.h"
#include "query/summary.h"

namespace hindsight::query {
namespace {

using Json = nlohmann::ordered_json;

std::string clock_span(const TimeSpan& span) {
  return fmt::format("{} \u2013 {}", to_clock(span.begin), to_clock(span.end));
}

constexpr std::string_view kNotRead = "(nothing of this has been read)";

std::string coverage_sentence(const Summary& summary) {
  VideosCoverage coverage;
  coverage.add(summary.video, summary.coverage, summary.ranges);
  return fmt::format("{} pairs described: {}{}.",
                     summary.num_pairs,
                     to_sentence(coverage, nullptr),
                     summary.complete ? "" : "; the video has not been read to its end");
}

std::string plain(const Summary& summary) {
  std::string text = fmt::format("{}: {}\n", summary.video, summary.text);
  for (const auto& section : summary.sections) {
    if (summary.sections.size() > 1)
      text += fmt::format("\n{}  {}\n",
                          clock_span(section.span),
                          section.text.empty() ? kNotRead : std::string_view(section.text));
    for (const auto& phase : section.phases)
      text += fmt::format("  {}  {}\n", clock_span(phase.span), phase.text);
  }
  return text + "\n" + coverage_sentence(summary) + "\n";
}

std::string markdown(const Summary& summary) {
  std::string text = fmt::format("# {}\n\n{}\n", summary.video, summary.text);
  for (const auto& section : summary.sections) {
    if (summary.sections.size() > 1)
      text += fmt::format("\n## {}\n\n{}\n",
                          clock_span(section.span),
                          section.text.empty() ? kNotRead : std::string_view(section.text));
    text += "\n";
    for (const auto& phase : section.phases)
      text += fmt::format("- **{}** {}\n", clock_span(phase.span), phase.text);
  }
  return text + "\n" + coverage_sentence(summary) + "\n";
}

Json span_json(const TimeSpan& span) {
  return {{"from", to_seconds(span.begin)}, {"to", to_seconds(span.end)}};
}

Json section_json(const Section& section) {
  Json json = span_json(section.span);
  json["text"] = section.text;
  json["phases"] = Json::array();
  for (const auto& phase : section.phases) {
    Json entry = span_json(phase.span);
    entry["text"] = phase.text;
    entry["share"] = phase.share;
    for (const auto& pair : phase.pairs)
      entry["pairs"].push_back(
          {{"first", to_seconds(pair.first)}, {"second", to_seconds(pair.second)}});
    json["phases"].push_back(std::move(entry));
  }
  return json;
}

std::string as_json(const Summary& summary) {
  Json json{{"video", summary.video}, {"ranges", Json::array()}, {"text", summary.text}};
  for (const auto& range : summary.ranges) json["ranges"].push_back(span_json(range));
  json["sections"] = Json::array();
  for (const auto& section : summary.sections) json["sections"].push_back(section_json(section));
  json["coverage"] = {{"share", summary.coverage.share},
                      {"pairs_per_minute", summary.coverage.pairs_per_minute},
                      {"widest_gap", span_json(summary.coverage.widest_gap)}};
  json["complete"] = summary.complete;
  json["usage"] = {{"pairs_read", summary.num_pairs},
                   {"looks_computed", summary.usage.looks_computed},
                   {"looks_kept", summary.usage.looks_kept},
                   {"frames_decoded", 0},
                   {"pairs_encoded", 0}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_text(const Summary& summary, SummaryFormat format) {
  switch (format) {
    case SummaryFormat::text:
      return plain(summary);
    case SummaryFormat::markdown:
      return markdown(summary);
    case SummaryFormat::json:
      return as_json(summary) + "\n";
  }
  return {};
}

}  // namespace hindsight::query
