#include "evaluation/question_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace hindsight::evaluation {
namespace {

using nlohmann::json;

constexpr MediaDuration kRounding = std::chrono::seconds(1);

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
    if (span.begin < MediaTime{})
      refuse(fmt::format("an interval of \"{}\" begins before the video does", key));
    if (span.end < span.begin)
      refuse(fmt::format("an interval of \"{}\" ends before it begins", key));
    spans.push_back(span);
  }
  return spans;
}

std::vector<std::string> to_texts(const json& array) {
  if (!array.is_array()) refuse("\"list\" of the answer is not a list");
  std::vector<std::string> texts;
  for (const json& item : array) {
    if (!item.is_string()) refuse("\"list\" of the answer holds something that is not a text");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

/// The names of the truths that an answer gives.
std::vector<std::string> given_truths(const json& answer) {
  std::vector<std::string> given;
  for (const char* key : {"intervals", "value", "seconds", "time", "text", "list"})
    if (answer.contains(key)) given.emplace_back(key);
  if (answer.contains("found") && answer["found"] == false) given.emplace_back("\"found\": false");
  return given;
}

Truth to_truth(const json& answer) {
  if (!answer.is_object()) refuse("\"answer\" is not an object");
  const auto given = given_truths(answer);
  if (given.empty()) {
    refuse(
        "\"answer\" holds no truth; it must hold one of intervals, value, seconds, time, text, "
        "list and \"found\": false");
  }
  if (given.size() > 1) {
    refuse(fmt::format("\"answer\" holds several truths ({}); keep one of them",
                       fmt::join(given, ", ")));
  }
  const std::string& key = given.front();
  Truth truth;
  if (key == "intervals") {
    truth.intervals = to_spans(answer[key], "intervals");
  } else if (key == "text") {
    truth.text = text_member(answer, "text");
  } else if (key == "list") {
    truth.list = to_texts(answer[key]);
  } else if (answer.contains(key)) {
    if (!answer[key].is_number()) refuse(fmt::format("\"{}\" of the answer is not a number", key));
    truth.number = answer[key].get<double>();
  } else {
    truth.absent = true;
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

/// A rule that cannot be applied to the truth would call every answer wrong, or every answer right.
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
  if (question.rule == Rule::iou && !(question.tolerance > 0 && question.tolerance <= 1))
    refuse("the bound of \"iou>=X\" is not above 0 and at most 1");
  if (truth.intervals && std::all_of(truth.intervals->begin(),
                                     truth.intervals->end(),
                                     [](const TimeSpan& span) { return span.empty(); }))
    refuse("\"intervals\" holds no interval with a length; what never happens is \"found\": false");
  if (truth.list && truth.list->empty()) refuse("\"list\" of the answer is empty");
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

std::vector<BenchmarkQuestion> read_questions(std::span<const std::filesystem::path> files) {
  std::vector<BenchmarkQuestion> questions;
  std::map<std::string, std::string> place_of;  // by id
  for (const auto& file : files) {
    const std::size_t before = questions.size();
    std::ifstream stream(file);
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      const std::string place = fmt::format("'{}', line {}", file.string(), number);
      try {
        questions.push_back(parse_question(line));
      } catch (const Error& e) {
        refuse(fmt::format("{}: {}", place, e.what()));
      }
      const std::string& id = questions.back().id;
      const auto [first, is_new] = place_of.emplace(id, place);
      if (!is_new) refuse(fmt::format("{}: the id '{}' is that of {}", place, id, first->second));
    }
    // A folder opens, but cannot be read.
    if (!stream.eof() || stream.bad()) {
      throw Error(ErrorCode::unreadable_input,
                  fmt::format("cannot read the questions '{}'; check the path", file.string()));
    }
    if (questions.size() == before) {
      throw Error(ErrorCode::unreadable_input,
                  fmt::format("'{}' holds no question; it must have one JSON object a line",
                              file.string()));
    }
  }
  return questions;
}

void check_within(const BenchmarkQuestion& question, MediaTime end) {
  const auto check = [&](std::span<const TimeSpan> spans, std::string_view what) {
    for (const TimeSpan& span : spans) {
      if (span.begin < end && span.end <= end + kRounding) continue;
      refuse(fmt::format("{} {} to {} s of question '{}' lies outside {}, which lasts {} s",
                         what,
                         to_seconds(span.begin),
                         to_seconds(span.end),
                         question.id,
                         question.video,
                         to_seconds(end)));
    }
  };
  check(question.evidence, "the evidence");
  if (question.truth.intervals) check(*question.truth.intervals, "the interval");
}

}  // namespace hindsight::evaluation
