#include "model/tool_calls.h"

#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hindsight::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kCallBegin = "<tool_call>";
constexpr std::string_view kCallEnd = "</tool_call>";

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

ChatMark mark(std::string_view text) { return {std::string(text)}; }

}  // namespace

std::string_view system_text_of(const ModelInfo& info, const Tokenizer& tokenizer) {
  const bool is_qvq = info.architecture == "Qwen2VLForConditionalGeneration" &&
                      tokenizer.find_id(kCallBegin).has_value();
  return is_qvq ? kQvqSystemText : kDefaultSystemText;
}

ChatTurn tool_system_turn(std::string_view system_text,
                          std::span<const std::string_view> signatures) {
  std::string tools;
  for (const auto signature : signatures)
    tools += fmt::format("{{\"type\": \"function\", \"function\": {}}}\n", signature);
  ChatTurn turn{.role = "system", .content = {}};
  turn.content.emplace_back(
      fmt::format("{}\n\n# Tools\n\nYou may call one or more functions to assist with the user "
                  "query.\n\nYou are provided with function signatures within <tools></tools> XML "
                  "tags:\n<tools>\n{}</tools>\n\nFor each function call, return a json object with "
                  "function name and arguments within ",
                  system_text,
                  tools));
  turn.content.emplace_back(mark(kCallBegin));
  turn.content.emplace_back(mark(kCallEnd));
  turn.content.emplace_back(std::string(" XML tags:\n"));
  turn.content.emplace_back(mark(kCallBegin));
  turn.content.emplace_back(
      std::string("\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n"));
  turn.content.emplace_back(mark(kCallEnd));
  return turn;
}

ToolTurn read_tool_turn(std::string_view answer) {
  ToolTurn turn;
  const auto begin = answer.find(kCallBegin);
  turn.text = trimmed(answer.substr(0, begin));
  if (begin == std::string_view::npos) return turn;
  const auto body = answer.substr(begin + kCallBegin.size());
  const auto json = Json::parse(body.substr(0, body.find(kCallEnd)), nullptr, false);
  if (json.is_discarded()) {
    turn.fault = "it is not JSON";
  } else if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) {
    turn.fault = "it has no \"name\"";
  } else if (json.contains("arguments") && !json["arguments"].is_object()) {
    turn.fault = "its \"arguments\" are no object";
  } else {
    const Json arguments = json.contains("arguments") ? json["arguments"] : Json::object();
    turn.call = ToolCall{json["name"].get<std::string>(),
                         arguments.dump(-1, ' ', false, Json::error_handler_t::replace)};
  }
  return turn;
}

ChatTurn tool_call_turn(const ToolTurn& turn) {
  ChatTurn said{.role = "assistant", .content = {}};
  if (!turn.text.empty()) said.content.emplace_back(turn.text + (turn.call ? "\n" : ""));
  if (!turn.call) return said;
  said.content.emplace_back(mark(kCallBegin));
  said.content.emplace_back(
      fmt::format("\n{{\"name\": {}, \"arguments\": {}}}\n",
                  Json(turn.call->name).dump(-1, ' ', false, Json::error_handler_t::replace),
                  turn.call->arguments));
  said.content.emplace_back(mark(kCallEnd));
  return said;
}

ChatTurn tool_result_turn(std::vector<ChatContent> result) {
  ChatTurn turn{.role = "user", .content = {}};
  turn.content.emplace_back(std::string("<tool_response>\n"));
  std::move(result.begin(), result.end(), std::back_inserter(turn.content));
  turn.content.emplace_back(std::string("\n</tool_response>"));
  return turn;
}

}  // namespace hindsight::model
