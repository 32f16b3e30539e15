#include "evaluation/answer_file.h"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "evaluation/baselines.h"

namespace hindsight::evaluation {
namespace {

using nlohmann::json;

/// A number of zero or more; 0 when it is left out.
double amount(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) return 0;
  if (!it->is_number() || it->get<double>() < 0)
    throw Error(ErrorCode::usage, fmt::format("\"{}\" is not a number of zero or more", key));
  return it->get<double>();
}

std::pair<std::string, PeerAnswer> parse_answer(const std::string& line) {
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw Error(ErrorCode::usage, "it is not a JSON object");
  for (const char* key : {"id", "answer"}) {
    if (!object.contains(key) || !object[key].is_string())
      throw Error(ErrorCode::usage, fmt::format("\"{}\" is not a text", key));
  }
  return {object["id"].get<std::string>(),
          {.text = object["answer"].get<std::string>(),
           .seconds = amount(object, "seconds"),
           .visual_tokens = static_cast<std::int64_t>(amount(object, "visual_tokens"))}};
}

}  // namespace

PeerAnswers read_answers(std::string name, const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file)) {
    throw Error(ErrorCode::unreadable_input,
                fmt::format("{} cannot be read; name a file of answers", file.string()));
  }
  PeerAnswers answers{std::move(name), {}};
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto refuse = [&](std::string_view reason) {
      throw Error(ErrorCode::usage,
                  fmt::format("{}:{} is no answer: {}", file.string(), number, reason));
    };
    try {
      if (!answers.by_id.insert(parse_answer(line)).second) refuse("its id comes twice");
    } catch (const Error& e) {
      if (std::string_view(e.what()).starts_with(file.string())) throw;
      refuse(e.what());
    }
  }
  if (answers.by_id.empty()) {
    throw Error(ErrorCode::unreadable_input,
                fmt::format("{} holds no answer; each line is one JSON object", file.string()));
  }
  return answers;
}

PeerAnswers read_named_answers(std::string_view named) {
  const auto equals = named.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == named.size()) {
    throw Error(ErrorCode::usage,
                fmt::format("--answers takes NAME=FILE, such as transformers=answers.jsonl, not "
                            "'{}'",
                            named));
  }
  const std::string name(named.substr(0, equals));
  if (name == "hindsight" || baseline_of(name)) {
    throw Error(ErrorCode::usage,
                fmt::format("'{}' is what the report calls a system of its own; give the answers "
                            "another name",
                            name));
  }
  return read_answers(name, std::filesystem::path(named.substr(equals + 1)));
}

}  // namespace hindsight::evaluation
