// Tools in the conversation format of Qwen2.5 ("nous"): their signatures in the system turn, calls
// in the model's turns, results in the user's.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/chat.h"

namespace hindsight::model {

/// What QVQ was trained with instead of kDefaultSystemText.
inline constexpr std::string_view kQvqSystemText =
    "You are a helpful and harmless assistant. You are Qwen developed by Alibaba. You should think "
    "step-by-step.";

/// kQvqSystemText for QVQ, else kDefaultSystemText.  QVQ has Qwen2-VL's architecture and, unlike
/// it, the added tokens of Qwen2.5; its files do not say its name.
[[nodiscard]] std::string_view system_text_of(const ModelInfo& info, const Tokenizer& tokenizer);

/// A system turn: `system_text`, then the tools.  signatures: one JSON object a tool, {"name",
/// "description","parameters"}.
[[nodiscard]] ChatTurn tool_system_turn(std::string_view system_text,
                                        std::span<const std::string_view> signatures);

struct ToolCall {
  std::string name;
  std::string arguments;  ///< a JSON object, in one line
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

/// What a model's turn says.
struct ToolTurn {
  std::string text;              ///< before the first call; all of it when there is none
  std::optional<ToolCall> call;  ///< the first one
  std::string fault;  ///< why what begins as a call is none: half a sentence; empty when it is good
};

/// answer: as generated, added tokens kept as text.
[[nodiscard]] ToolTurn read_tool_turn(std::string_view answer);

/// The model's turn with this call, as the next prompt repeats it.
[[nodiscard]] ChatTurn tool_call_turn(const ToolTurn& turn);
/// The user's turn with a result: text and pictures.
[[nodiscard]] ChatTurn tool_result_turn(std::vector<ChatContent> result);

}  // namespace hindsight::model
