#include "query/toolbox.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "query/detail/gather.h"
#include "query/prompt.h"
#include "query/relevance.h"
#include "query/summary.h"

namespace hindsight::query {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kSignatures{
    R"({"name": "overview", "description": "What the whole video shows, phase by phase.", "parameters": {"type": "object", "properties": {}, "required": []}})",
    R"({"name": "search", "description": "The moments nearest to some words, from pictures and subtitles. They still have to be looked at.", "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}})",
    R"({"name": "look", "description": "Shows the pictures between two times, in seconds.", "parameters": {"type": "object", "properties": {"from": {"type": "number"}, "to": {"type": "number"}, "tier": {"type": "string", "enum": ["coarse", "fine"]}}, "required": ["from", "to"]}})",
    R"({"name": "timeline", "description": "When a yes/no question about one picture is true, such as 'Is a red car visible?'.", "parameters": {"type": "object", "properties": {"predicate": {"type": "string"}}, "required": ["predicate"]}})",
    R"({"name": "count", "description": "How many times a yes/no question about one picture becomes true.", "parameters": {"type": "object", "properties": {"predicate": {"type": "string"}}, "required": ["predicate"]}})",
    R"({"name": "order", "description": "In which order two or more yes/no questions first become true.", "parameters": {"type": "object", "properties": {"predicates": {"type": "array", "items": {"type": "string"}}}, "required": ["predicates"]}})"};

constexpr int kOverviewPairs = 60;
constexpr std::size_t kMostHits = 5;
/// Pictures of one look.
constexpr std::size_t kCoarsePairs = 4;
constexpr std::size_t kFinePairs = 12;

/// The arguments of a call.  Throws Error(usage), for the model to read, for one that is missing or
/// of another kind.
class Arguments {
 public:
  explicit Arguments(const model::ToolCall& call)
      : tool_(call.name), json_(Json::parse(call.arguments, nullptr, false)) {
    if (!json_.is_object()) refuse("its arguments are no JSON object");
  }

  std::string text(const char* name) const {
    if (!json_.contains(name) || !json_[name].is_string())
      refuse(fmt::format("it needs \"{}\", a text", name));
    return json_[name].get<std::string>();
  }
  std::string text_or(const char* name, const char* otherwise) const {
    return json_.contains(name) ? text(name) : otherwise;
  }
  std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> texts;
    if (!json_.contains(name) || !json_[name].is_array())
      refuse(fmt::format("it needs \"{}\", a list of texts", name));
    for (const auto& item : json_[name]) {
      if (!item.is_string()) refuse(fmt::format("\"{}\" holds something that is no text", name));
      texts.push_back(item.get<std::string>());
    }
    return texts;
  }
  MediaTime seconds(const char* name) const {
    if (!json_.contains(name) || !json_[name].is_number())
      refuse(fmt::format("it needs \"{}\", a number of seconds", name));
    return MediaTime{from_seconds(json_[name].get<double>())};
  }
  [[noreturn]] void refuse(const std::string& reason) const {
    throw Error(ErrorCode::usage, fmt::format("{} was called wrongly: {}", tool_, reason));
  }

 private:
  std::string tool_;
  Json json_;
};

PlanNode timeline_of(std::string predicate) {
  PlanNode node;
  node.predicate = std::move(predicate);
  return node;
}

/// At most `most` of them, evenly, the first and the last among them.
std::vector<index::StoredPair> spread(const std::vector<index::StoredPair>& pairs,
                                      std::size_t most) {
  if (pairs.size() <= most) return pairs;
  std::vector<index::StoredPair> chosen;
  for (std::size_t i = 0; i < most; ++i)
    chosen.push_back(pairs[i * (pairs.size() - 1) / (most - 1)]);
  return chosen;
}

model::ToolCall make_call(std::string name, const Json& arguments) {
  return {std::move(name), arguments.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace

Toolbox::Toolbox(const QuestionPlan& question,
                 const index::Store& store,
                 model::LanguageModel& language_model,
                 const model::Tokenizer& tokenizer,
                 const ExecuteOptions& options)
    : question_(question),
      scope_(question.scopes.front()),
      store_(store),
      language_model_(language_model),
      tokenizer_(tokenizer),
      options_(options) {}

std::span<const std::string_view> Toolbox::signatures() { return kSignatures; }

ToolResult Toolbox::call(const model::ToolCall& call) const {
  try {
    const Arguments arguments(call);
    if (call.name == "overview") return overview();
    if (call.name == "search") return search(arguments.text("text"));
    if (call.name == "look") {
      const TimeSpan span{arguments.seconds("from"), arguments.seconds("to")};
      return look(span, arguments.text_or("tier", "coarse") == "fine");
    }
    if (call.name == "timeline" || call.name == "count") {
      Plan plan{.type = call.name == "count" ? AnswerType::count : AnswerType::list};
      plan.of.push_back(timeline_of(arguments.text("predicate")));
      plan.names.push_back(plan.of.front().predicate);
      return execute_plan(plan);
    }
    if (call.name == "order") {
      Plan plan{.type = AnswerType::order};
      for (auto& predicate : arguments.texts("predicates")) {
        plan.names.push_back(predicate);
        plan.of.push_back(timeline_of(std::move(predicate)));
      }
      return execute_plan(plan);
    }
    arguments.refuse(
        "there is no such tool; there are overview, search, look, timeline, count and "
        "order");
  } catch (const Error& e) {
    if (e.code() != ErrorCode::usage) throw;
    ToolResult result;
    result.text = e.what();
    result.failed = true;
    return result;
  }
}

EvidenceInterval Toolbox::seen(const index::StoredPair& pair,
                              const std::string& description,
                              double score) const {
  EvidenceInterval evidence;
  evidence.video = scope_.label;
  evidence.video_id = scope_.video.id;
  evidence.video_hash = scope_.video.content_hash;
  evidence.span = pair.covers;
  evidence.score = score;
  evidence.basis = EvidenceBasis::looked;
  evidence.pairs = {pair};
  evidence.looks = {{.pair = pair, .question = std::string(kDescribe), .reply = description}};
  return evidence;
}

ToolResult Toolbox::overview() const {
  ToolResult result;
  const auto summary = summarize(scope_,
                                 store_,
                                 language_model_,
                                 tokenizer_,
                                 {.max_pairs = kOverviewPairs, .keep = options_.keep});
  result.text = summary.num_pairs > 0 ? to_text(summary, SummaryFormat::text)
                                      : "nothing of the video has been read yet";
  if (result.text.ends_with('\n')) result.text.pop_back();
  for (const auto& section : summary.sections) {
    for (const auto& phase : section.phases) {
      for (std::size_t i = 0; i < phase.pairs.size(); ++i)
        result.seen.push_back(seen(phase.pairs[i], phase.descriptions[i], phase.share));
    }
  }
  result.usage.pairs_read = summary.num_pairs;
  result.usage.looks_computed = summary.usage.looks_computed;
  result.usage.looks_kept = summary.usage.looks_kept;
  return result;
}

ToolResult Toolbox::search(const std::string& text) const {
  ToolResult result;
  const auto words = content_words(text);
  const auto material =
      detail::gather(scope_, store_, words, embed_words(words, language_model_, tokenizer_));
  auto candidates = material.reading.candidates;
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    return a.relevance() > b.relevance();
  });
  candidates.resize(std::min(candidates.size(), kMostHits));
  for (const auto& candidate : candidates) {
    result.text += fmt::format("{} {}\n",
                               to_timestamp(candidate.pair.first, candidate.pair.second),
                               candidate.subtitle_hit > 0 ? "by its subtitles" : "by its picture");
  }
  const auto num_texts = std::min(material.wanted.size(), kMostHits);
  for (std::size_t i = 0; i < num_texts; ++i) {
    const auto& said = material.texts[material.wanted[i]];
    result.text += fmt::format(
        "subtitle, quoted, at {:.1f} seconds: {}\n", to_seconds(said.span.begin), quote(said.text));
  }
  if (result.text.empty()) result.text = "nothing is near to these words\n";
  result.text.pop_back();
  return result;
}

ToolResult Toolbox::look(TimeSpan span, bool is_fine) const {
  ToolResult result;
  if (span.end < span.begin || span.begin < MediaTime{} || span.begin >= scope_.video.end) {
    throw Error(ErrorCode::usage,
                fmt::format("look was called wrongly: it needs 0 <= from <= to within the {:.1f} "
                            "seconds of the video",
                            to_seconds(scope_.video.end)));
  }
  // A moment is what the pair that covers it shows.
  span.end = std::max(span.end, span.begin + MediaDuration{1});
  auto pairs = store_.pairs(scope_.run.id, span);
  std::sort(
      pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  result.shown = spread(pairs, is_fine ? kFinePairs : kCoarsePairs);
  if (result.shown.empty()) {
    result.text = "no picture of this stretch has been read";
    return result;
  }
  Judge judge(store_, language_model_, tokenizer_, options_.keep);
  const auto descriptions = describe(judge, result.shown);
  judge.keep();
  for (std::size_t i = 0; i < result.shown.size(); ++i) {
    const auto& pair = result.shown[i];
    result.text += fmt::format(
        "{}{} {}", i > 0 ? "\n" : "", to_timestamp(pair.first, pair.second), descriptions[i]);
    result.seen.push_back(seen(pair, descriptions[i], 1));
  }
  result.usage.pairs_read = static_cast<int>(result.shown.size());
  result.usage.looks_computed = judge.usage().looks_computed;
  result.usage.looks_kept = judge.usage().looks_kept;
  return result;
}

ToolResult Toolbox::execute_plan(const Plan& plan) const {
  const auto answer = execute(plan, question_, store_, language_model_, tokenizer_, options_);
  ToolResult result;
  result.text = answer.text;
  result.seen = answer.intervals;
  result.usage = answer.usage;
  return result;
}

model::ToolCall timeline_call(const std::string& predicate) {
  return make_call("timeline", {{"predicate", predicate}});
}

model::ToolCall look_call(const TimeSpan& span) {
  return make_call("look", {{"from", to_seconds(span.begin)}, {"to", to_seconds(span.end)}});
}

model::ToolCall overview_call() { return make_call("overview", Json::object()); }

}  // namespace hindsight::query
