#include "model/chat.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

// Gathers text until a special token or a picture ends it, because the boundary of two texts may
// lie inside a word.
class PromptWriter {
 public:
  explicit PromptWriter(const Tokenizer& tokenizer)
      : tokenizer_(tokenizer),
        turn_start_(tokenizer.id_of("<|im_start|>")),
        turn_end_(tokenizer.id_of("<|im_end|>")),
        vision_start_(tokenizer.id_of("<|vision_start|>")),
        vision_end_(tokenizer.id_of("<|vision_end|>")) {}

  void begin_turn(std::string_view role) {
    add_special(turn_start_);
    text_ += role;
    text_ += '\n';
  }
  void end_turn() {
    add_special(turn_end_);
    text_ += '\n';
  }
  void add(std::string text) { text_ += text; }
  void add(ChatMark mark) {
    if (const auto id = tokenizer_.find_id(mark.text))
      add_special(*id);
    else
      text_ += mark.text;
  }
  void add(VisualPart picture) {
    add_special(vision_start_);
    prompt_.emplace_back(std::move(ids_));
    ids_.clear();
    prompt_.emplace_back(std::move(picture));
    add_special(vision_end_);
  }

  [[nodiscard]] Prompt finish() {
    flush_text();
    prompt_.emplace_back(std::move(ids_));
    return std::move(prompt_);
  }

 private:
  void add_special(int id) {
    flush_text();
    ids_.push_back(id);
  }
  void flush_text() {
    const auto ids = tokenizer_.encode(text_, AddedTokens::as_text);
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    text_.clear();
  }

  const Tokenizer& tokenizer_;
  int turn_start_;
  int turn_end_;
  int vision_start_;
  int vision_end_;
  std::string text_;
  TextPart ids_;
  Prompt prompt_;
};

}  // namespace

Prompt make_chat_prompt(const Tokenizer& tokenizer, std::vector<ChatTurn> turns, LastTurn last) {
  if (turns.empty()) throw Error(ErrorCode::usage, "a conversation needs at least one turn");
  PromptWriter writer(tokenizer);
  if (turns.front().role != "system") {
    writer.begin_turn("system");
    writer.add(std::string(kDefaultSystemText));
    writer.end_turn();
  }
  for (auto& turn : turns) {
    if (turn.role != "system" && turn.role != "user" && turn.role != "assistant") {
      throw Error(ErrorCode::usage,
                  fmt::format("a turn has the role '{}', but must have system, user or assistant",
                              turn.role));
    }
    writer.begin_turn(turn.role);
    for (auto& content : turn.content)
      std::visit([&](auto&& part) { writer.add(std::move(part)); }, std::move(content));
    writer.end_turn();
  }
  if (last == LastTurn::open) writer.begin_turn("assistant");
  return writer.finish();
}

std::vector<int> end_tokens(const Tokenizer& tokenizer) {
  std::vector<int> ids;
  for (const std::string_view end : {"<|im_end|>", "<|endoftext|>"}) {
    if (const auto id = tokenizer.find_id(end)) ids.push_back(*id);
  }
  return ids;
}

}  // namespace hindsight::model
