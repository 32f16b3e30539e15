#include "evaluation/question_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace hindsight::evaluation {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorCode::usage, what); }

std::string text_member(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || !it->is_string() || it->get_ref<const std::string&>().empty())
    refuse(fmt::format("\"{}\" is not a text", key));
  return it->get<std::string>();
}

std::vector<TimeSpan> to_spans(const json& array, const char* key) {
  std::vector<TimeSpan> spans;
  if (!array.is_array()) refuse(fmt::format("\"{}\" is not a list of [from, to]", key));
  for (const json& pair : array) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_number())
      refuse(fmt::format("\"{}\" is not a list of [from, to]", key));
    const TimeSpan span{{from_seconds(pair[0].get<double>())},
                        {from_seconds(pair[1].get<double>())}};
    if (span.end < span.begin)
      refuse(fmt::format("an interval of \"{}\" ends before it begins", key));
    spans.push_back(span);
  }
  return spans;
}

Truth to_truth(const json& answer) {
  if (!answer.is_object()) refuse("\"answer\" is not an object");
  Truth truth;
  int given = 0;
  for (const char* key : {"value", "seconds", "time"}) {
    if (!answer.contains(key)) continue;
    if (!answer[key].is_number()) refuse(fmt::format("\"{}\" of the answer is not a number", key));
    truth.number = answer[key].get<double>();
    ++given;
  }
  if (answer.contains("intervals")) {
    truth.intervals = to_spans(answer["intervals"], "intervals");
    ++given;
  }
  if (answer.contains("text")) {
    truth.text = text_member(answer, "text");
    ++given;
  }
  if (answer.contains("list")) {
    if (!answer["list"].is_array()) refuse("\"list\" of the answer is not a list");
    truth.list.emplace();
    for (const json& item : answer["list"]) {
      if (!item.is_string()) refuse("\"list\" of the answer holds something that is not a text");
      truth.list->push_back(item.get<std::string>());
    }
    ++given;
  }
  if (answer.contains("found") && answer["found"] == false) {
    truth.absent = true;
    ++given;
  }
  if (given != 1) {
    refuse(
        "\"answer\" holds not exactly one of intervals, value, seconds, time, text, list and "
        "\"found\": false");
  }
  return truth;
}

std::pair<Rule, double> to_rule(const std::string& scoring) {
  if (scoring == "exact") return {Rule::exact, 0};
  if (scoring == "refusal") return {Rule::refusal, 0};
  const std::pair<std::string_view, Rule> bounded[] = {
      {"iou>=", Rule::iou}, {"abs<=", Rule::absolute}, {"relative<=", Rule::relative}};
  for (const auto& [prefix, rule] : bounded) {
    if (!scoring.starts_with(prefix)) continue;
    char* end = nullptr;
    const double bound = std::strtod(scoring.c_str() + prefix.size(), &end);
    if (*end == '\0' && end != scoring.c_str() + prefix.size() && bound >= 0 &&
        std::isfinite(bound))
      return {rule, bound};
  }
  refuse(
      fmt::format("\"scoring\" is '{}', but must be exact, refusal, iou>=X, abs<=X or "
                  "relative<=X",
                  scoring));
}

/// A rule that cannot be applied to the truth would call every answer wrong.
void check_rule(const BenchmarkQuestion& question) {
  const Truth& truth = question.truth;
  const bool fits = [&] {
    switch (question.rule) {
      case Rule::refusal:
        return truth.absent;
      case Rule::iou:
        return truth.intervals.has_value();
      case Rule::absolute:
      case Rule::relative:
        return truth.number.has_value();
      case Rule::exact:
        return truth.number || truth.text || truth.list;
    }
    return false;
  }();
  if (!fits) refuse("\"scoring\" does not fit \"answer\"");
}

}  // namespace

BenchmarkQuestion parse_question(std::string_view line) {
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) refuse("it is not a JSON object");
  BenchmarkQuestion question;
  question.id = text_member(object, "id");
  question.video = text_member(object, "video");
  question.type = text_member(object, "type");
  question.question = text_member(object, "question");
  if (!object.contains("answer")) refuse("\"answer\" is missing");
  question.truth = to_truth(object["answer"]);
  std::tie(question.rule, question.tolerance) = to_rule(text_member(object, "scoring"));
  check_rule(question);
  if (object.contains("held_out")) {
    if (!object["held_out"].is_boolean()) refuse("\"held_out\" is neither true nor false");
    question.held_out = object["held_out"].get<bool>();
  }
  if (object.contains("evidence")) {
    question.evidence = to_spans(object["evidence"], "evidence");
  } else if (question.truth.intervals) {
    question.evidence = *question.truth.intervals;
  }
  return question;
}

std::vector<BenchmarkQuestion> read_questions(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) {
    throw Error(ErrorCode::unreadable_input,
                fmt::format("cannot read the questions '{}'; check the path", file.string()));
  }
  std::vector<BenchmarkQuestion> questions;
  std::set<std::string> ids;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      questions.push_back(parse_question(line));
      if (!ids.insert(questions.back().id).second)
        refuse(fmt::format("the id '{}' occurs a second time", questions.back().id));
    } catch (const Error& e) {
      refuse(fmt::format("'{}', line {}: {}", file.string(), number, e.what()));
    }
  }
  if (questions.empty()) {
    throw Error(
        ErrorCode::unreadable_input,
        fmt::format("'{}' holds no question; it must have one JSON object a line", file.string()));
  }
  return questions;
}

}  // namespace hindsight::evaluation
