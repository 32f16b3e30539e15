#include "query/evidence_page.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "query/html.h"

namespace hindsight::query {
namespace {

constexpr std::string_view kStyle =
    ".answer { font-size: 1.15rem; padding: 0.75rem 1rem; background: var(--soft); "
    "border-radius: 8px; }\n";

std::string clock_html(MediaTime time) { return fmt::format("<time>{}</time>", to_clock(time)); }

std::string span_html(const TimeSpan& span) {
  return fmt::format("{} \u2013 {}", clock_html(span.begin), clock_html(span.end));
}

/// caption: HTML.
std::string picture_html(const index::StoredPair& pair,
                         const Thumbnails& thumbnails,
                         const std::string& caption) {
  const auto found = thumbnails.find(pair.id);
  const auto picture = found == thumbnails.end()
                           ? std::string(R"(<div class="none">no picture kept</div>)")
                           : fmt::format(R"(<img alt="the picture at {}" src="{}">)",
                                         to_clock(pair.first),
                                         jpeg_source(found->second));
  return fmt::format("<figure>{}<figcaption>{}{}</figcaption></figure>\n",
                     picture,
                     clock_html(pair.first),
                     caption);
}

std::string look_html(const CitedLook& look) {
  if (look.reply) {
    return fmt::format("<br>{} <b>{}</b>", escaped(look.question), escaped(*look.reply));
  }
  return fmt::format("<br>{} <b>{:.2f}</b>", escaped(look.question), look.p_yes);
}

std::string interval_html(const EvidenceInterval& interval, const Thumbnails& thumbnails) {
  std::string pictures;
  for (const auto& pair : interval.pairs) {
    std::string caption;
    for (const auto& look : interval.looks)
      if (look.pair.id == pair.id) caption += look_html(look);
    pictures += picture_html(pair, thumbnails, caption);
  }
  return fmt::format(
      "<section>\n<h2>{}</h2>\n<p class=\"facts\">{}, score {:.2f}</p>\n"
      "<div class=\"pictures\">\n{}</div>\n</section>\n",
      span_html(interval.span),
      escaped(interval.video),
      interval.score,
      pictures);
}

std::string counter_html(const PlanFindings& findings,
                         bool shows_times,
                         const Thumbnails& thumbnails) {
  if (findings.counter_evidence.empty()) return {};
  std::string pictures;
  for (const auto& counter : findings.counter_evidence) {
    auto caption = fmt::format(" in {}<br>{} <b>{:.2f}</b>",
                               escaped(counter.video),
                               escaped(counter.predicate),
                               counter.p_yes);
    const auto rather =
        fmt::format("<br>rather {} <b>{:.2f}</b>", escaped(counter.rather), counter.p_rather);
    if (!counter.rather.empty() && !counter.rather_pair) caption += rather;
    pictures += picture_html(counter.pair, thumbnails, caption);
    if (counter.rather_pair)
      pictures += picture_html(*counter.rather_pair,
                               thumbnails,
                               fmt::format(" in {}{}", escaped(counter.video), rather));
  }
  return fmt::format(
      "<section>\n<h2>Ruled out: what came closest{}</h2>\n"
      "<div class=\"pictures\">\n{}</div>\n</section>\n",
      shows_times ? " outside of these times" : "",
      pictures);
}

std::string coverage_html(const PlanFindings& findings) {
  const auto& coverage = findings.coverage.all;
  return fmt::format(
      "<section>\n<h2>Coverage</h2>\n<p>Looked at {:.1f} % of what was asked about, {:.1f} pairs a "
      "minute; the widest gap is {:.1f} s, {} in {}.</p>\n</section>\n",
      coverage.share * 100,
      coverage.pairs_per_minute,
      to_seconds(coverage.widest_gap.length()),
      span_html(coverage.widest_gap),
      escaped(findings.coverage.gap_video));
}

bool has_looks(const Answer& answer) {
  return (answer.findings && !answer.findings->counter_evidence.empty()) ||
         std::ranges::any_of(answer.intervals,
                             [](const auto& interval) { return !interval.looks.empty(); });
}

std::string footer_html(const Answer& answer) {
  return fmt::format(
      "<footer>{} pairs read, {} frames decoded. A number behind a question is the probability of "
      "\"yes\" that the model gave for that pair. Model {}, store {}.{}</footer>\n",
      answer.usage.pairs_read,
      Usage::frames_decoded,
      escaped(answer.model),
      escaped(answer.store),
      has_looks(answer) ? " Check it again with <code>hindsight verify-answer</code>." : "");
}

/// Of an answer without a plan.
std::string_view origin_of(const Answer& answer) {
  if (answer.is_summary)
    return "A summary of what the model says of single pairs; each phase shows some of them.";
  if (answer.refusal) return "No plan was made, and no picture was looked at.";
  return "The model's own text: the question has no form that becomes a plan. The pictures are "
         "those that it names or, where it names no time, those nearest to the question.";
}

}  // namespace

Thumbnails read_thumbnails(const Answer& answer, const index::Store& store) {
  Thumbnails thumbnails;
  const auto add = [&](const index::StoredPair& pair) {
    if (thumbnails.contains(pair.id)) return;
    if (auto jpeg = store.thumbnail(pair.id); !jpeg.empty())
      thumbnails.emplace(pair.id, std::move(jpeg));
  };
  for (const auto& interval : answer.intervals)
    for (const auto& pair : interval.pairs) add(pair);
  if (!answer.findings) return thumbnails;
  for (const auto& counter : answer.findings->counter_evidence) {
    add(counter.pair);
    if (counter.rather_pair) add(*counter.rather_pair);
  }
  return thumbnails;
}

std::string to_html(const Answer& answer, const Thumbnails& thumbnails) {
  auto page = page_head({.title = answer.question, .style = std::string(kStyle)});
  auto out = std::back_inserter(page);
  fmt::format_to(out,
                 "<h1>{}</h1>\n<p class=\"answer\">{}</p>\n",
                 escaped(answer.question),
                 escaped(answer.text));
  if (answer.findings && answer.found)
    fmt::format_to(out, "<p class=\"facts\">Confidence {:.2f}</p>\n", answer.findings->confidence);
  if (!answer.findings) {
    fmt::format_to(out, "<p class=\"facts\">{}</p>\n", origin_of(answer));
  }
  for (const auto& interval : answer.intervals) page += interval_html(interval, thumbnails);
  if (answer.findings)
    page += counter_html(*answer.findings, !answer.intervals.empty(), thumbnails) +
            coverage_html(*answer.findings);
  page += footer_html(answer);
  page += "</body>\n</html>\n";
  return page;
}

}  // namespace hindsight::query
