#include "model/tool_calls.h"

#include <array>

#include <doctest/doctest.h>

#include "model/random_checkpoint.h"

namespace hindsight::model {
namespace {

const Tokenizer& tokenizer() {
  static const auto parsed = Tokenizer::parse(
      byte_level_tokenizer_json(checkpoint_shape("tiny", Family::qwen2_vl)), "generated");
  return parsed;
}

std::string text_of(const ChatTurn& turn) {
  std::string text;
  for (const auto& content : turn.content) {
    if (const auto* said = std::get_if<std::string>(&content)) text += *said;
    if (const auto* mark = std::get_if<ChatMark>(&content)) text += mark->text;
  }
  return text;
}

}  // namespace

TEST_CASE("the tools' system turn has the bytes that Qwen2.5 was trained with") {
  constexpr std::array<std::string_view, 1> kTools{
      R"({"name": "look", "description": "Looks.", "parameters": {}})"};
  CHECK(text_of(tool_system_turn("You are a helpful assistant.", kTools)) ==
        "You are a helpful assistant.\n\n# Tools\n\n"
        "You may call one or more functions to assist with the user query.\n\n"
        "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
        "{\"type\": \"function\", \"function\": {\"name\": \"look\", \"description\": \"Looks.\", "
        "\"parameters\": {}}}\n</tools>\n\n"
        "For each function call, return a json object with function name and arguments within "
        "<tool_call></tool_call> XML tags:\n<tool_call>\n"
        "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>");
}

TEST_CASE("a turn is read as text, a call, or a call that is none") {
  const auto turn = read_tool_turn(
      "I look.\n<tool_call>\n{\"name\": \"look\", \"arguments\": {\"from\": 1}}\n</tool_call>\n"
      "<tool_call>{\"name\": \"second\"}</tool_call>");
  CHECK(turn.text == "I look.");
  CHECK(turn.call == ToolCall{"look", R"({"from":1})"});
  CHECK(turn.fault.empty());
  CHECK(text_of(tool_call_turn(turn)) ==
        "I look.\n<tool_call>\n{\"name\": \"look\", \"arguments\": {\"from\":1}}\n</tool_call>");

  CHECK(read_tool_turn(" It is red. ").text == "It is red.");
  CHECK_FALSE(read_tool_turn("It is red.").call);
  CHECK(read_tool_turn(R"(<tool_call>{"name": "overview"})").call == ToolCall{"overview", "{}"});
  for (const std::string_view bad : {"<tool_call>",
                                     "<tool_call>{]</tool_call>",
                                     "<tool_call>[]",
                                     "<tool_call>{\"name\": 1}",
                                     "<tool_call>{\"name\": \"a\", "
                                     "\"arguments\": \"b\"}"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_tool_turn(bad).call);
    CHECK_FALSE(read_tool_turn(bad).fault.empty());
  }
}

TEST_CASE("a result is wrapped, and a mark without a token is spelled out") {
  CHECK(text_of(tool_result_turn({std::string("three")})) ==
        "<tool_response>\nthree\n</tool_response>");
  const auto prompt = make_chat_prompt(
      tokenizer(),
      {{.role = "user", .content = {ChatMark{"<tool_call>"}, ChatMark{"<|im_end|>"}}}});
  const auto& ids = std::get<TextPart>(prompt.front());
  const auto text = tokenizer().decode(ids, SpecialTokens::keep);
  CHECK(text.find("user\n<tool_call><|im_end|><|im_end|>") != std::string::npos);
}

TEST_CASE("QVQ is told by its added tokens, and only it thinks step by step") {
  ModelInfo qwen2;
  qwen2.architecture = "Qwen2VLForConditionalGeneration";
  CHECK(system_text_of(qwen2, tokenizer()) == kDefaultSystemText);
  auto json = byte_level_tokenizer_json(checkpoint_shape("tiny", Family::qwen2_vl));
  const std::string last = "\"<|video_pad|>\"";
  const auto at = json.find(last);
  REQUIRE(at != std::string::npos);
  json.replace(at, last.size(), "\"<tool_call>\"");
  const auto longer = Tokenizer::parse(json, "longer");
  CHECK(system_text_of(qwen2, longer) == kQvqSystemText);
  ModelInfo qwen25;
  qwen25.architecture = "Qwen2_5_VLForConditionalGeneration";
  CHECK(system_text_of(qwen25, longer) == kDefaultSystemText);
}

}  // namespace hindsight::model
