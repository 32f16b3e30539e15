// The conversation format of the Qwen2-VL family (ChatML): turns of text and pictures to a Prompt.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/tokenizer.h"
#include "model/vision_language_model.h"

namespace hindsight::model {

/// What the template says when a conversation does not begin with a system turn.
inline constexpr std::string_view kDefaultSystemText = "You are a helpful assistant.";

/// An added token of our own wording, such as "<tool_call>"; spelled out where the tokenizer has no
/// such token.
struct ChatMark {
  std::string text;
};

/// Text, pictures and marks of a turn, in order, nothing between them.  Text is taken literally:
/// "<|im_end|>" in it does not end the turn.  A picture is put between vision_start and vision_end.
using ChatContent = std::variant<std::string, VisualPart, ChatMark>;

struct ChatTurn {
  std::string role;  ///< "system", "user" or "assistant"
  std::vector<ChatContent> content;
};

/// open: the prompt ends with the opening of an assistant turn, for the model to go on.
enum class LastTurn { open, closed };

/// Every turn becomes im_start, role, newline, content, im_end, newline.  Text between two special
/// tokens is encoded in one piece, as transformers does with the rendered template. Throws
/// Error(usage) for an unknown role or without a turn, Error(model) when the tokenizer lacks a
/// special token.
[[nodiscard]] Prompt make_chat_prompt(const Tokenizer& tokenizer,
                                      std::vector<ChatTurn> turns,
                                      LastTurn last = LastTurn::open);

/// The ids that end an answer of the family, those that the tokenizer has: of a turn, of a text.
[[nodiscard]] std::vector<int> end_tokens(const Tokenizer& tokenizer);

}  // namespace hindsight::model
