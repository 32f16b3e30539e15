#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "app/answer_output.h"
#include "app/choice.h"
#include "app/context.h"
#include "app/generation_flags.h"
#include "app/load_options.h"
#include "app/model_dir.h"
#include "app/opened_model.h"
#include "core/error.h"
#include "model/torch/load.h"
#include "query/answer_question.h"
#include "query/conversation.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;

/// More is no question that somebody typed.
constexpr std::size_t kMaxLineBytes = 64 * 1024;

struct ChatFlags {
  std::string video;
  bool json = false;
  int max_visual_tokens = query::AskOptions{}.max_visual_tokens;
  GenerationFlags generation;
  model::torch::LoadOptions load;
};

/// One conversation at one store with one model.
class Chat {
 public:
  Chat(const ChatFlags& flags, Context& context)
      : flags_(flags),
        context_(context),
        store_(index::Store::open(context.store_path, index::OpenMode::read)),
        model_(open_model(resolve_model_dir(context), flags.load, context.logger)),
        scope_{
            .text = "a first question",
            .videos = flags.video.empty() ? std::vector<std::string>() : std::vector{flags.video}},
        conversation_(scope_) {
    // What is not there, or cannot be loaded, is said before the first question.
    static_cast<void>(query::plan_question(scope_, store_, model_.language.info()));
    model_.language.prepare();
    options_.ask = {
        .max_visual_tokens = flags.max_visual_tokens,
        .generation = generation_options(flags.generation, model_.language.info().directory)};
  }

  /// Answers one line.  What is wrong with a question ends the question, not the conversation.
  void answer(const std::string& line) {
    try {
      if (line.size() > kMaxLineBytes) {
        throw Error(
            ErrorCode::usage,
            fmt::format(
                "the question has {} bytes, at most {} are read", line.size(), kMaxLineBytes));
      }
      answer_question(line);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::internal || e.code() == ErrorCode::store) throw;
      say_unanswered(line, e.what());
    }
  }

 private:
  void answer_question(const std::string& line) {
    const auto asked = conversation_.resolve(line);
    if (!asked.unresolved.empty()) return say_unanswered(line, asked.unresolved);
    const auto question = query::plan_question(asked.question, store_, model_.language.info());
    if (!flags_.json && !asked.reading.empty()) print_text(fmt::format("({})\n", asked.reading));
    const bool streams = !flags_.json;
    const auto answer =
        asked.plan
            ? query::execute(*asked.plan, question, store_, model_.language, model_.tokenizer)
            : query::answer_question(question,
                                     store_,
                                     model_.language,
                                     model_.tokenizer,
                                     options_,
                                     streams ? query::OnText(print_text) : query::OnText());
    if (flags_.json) {
      fmt::print("{}\n", query::to_json(answer, 0));
      std::fflush(stdout);
    } else {
      print_answer(answer, is_generated(answer), question.scopes.size() > 1);
    }
    warn_of_limits(question, answer, context_);
    conversation_.remember(asked, question, answer);
  }

  void say_unanswered(const std::string& line, const std::string& reason) const {
    if (flags_.json) {
      const Json json{{"question", line}, {"found", false}, {"error", reason}};
      fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
      print_text(reason + "\n");
    }
    std::fflush(stdout);
  }

  const ChatFlags& flags_;
  const Context& context_;
  index::Store store_;
  OpenedModel model_;
  query::Question scope_;
  query::Conversation conversation_;
  query::AnswerOptions options_;
};

void chat(const ChatFlags& flags, Context& context) {
  Chat chat(flags, context);
  const bool prompts = !flags.json && is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO);
  if (prompts) fmt::print("Ask about what is in the store; Ctrl-D ends.\n");
  std::string line;
  while (true) {
    if (prompts) fmt::print("> ");
    std::fflush(stdout);
    if (!std::getline(std::cin, line)) break;
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) chat.answer(line);
  }
  if (prompts) fmt::print("\n");
}

}  // namespace

void add_chat(CLI::App& root, Context& context) {
  auto flags = std::make_shared<ChatFlags>();
  auto* verb =
      root.add_subcommand("chat", "Answer questions line by line; each may lean on the one before");
  verb->add_option("--video,video", flags->video, "Only this video: name, path or hash prefix")
      ->configurable(false);
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  add_load_options(*verb, flags->load);
  verb->add_flag("--json", flags->json, "One JSON object a line on stdout");
  verb->add_option("--max-visual-tokens",
                   flags->max_visual_tokens,
                   "Visual tokens of one prompt, where the model answers by itself; a plan looks "
                   "at single pairs")
      ->check(above_zero());
  add_generation_flags(*verb, flags->generation);
  verb->footer(
      "'And after that?', 'how long did it last?', 'and the blue one?', 'and in the last hour?' go "
      "on "
      "from the last answer.\n"
      "Examples:\n"
      "  hindsight chat gate-cam.mp4\n"
      "  printf 'When does the red car first appear?\\nHow long did it last?\\n' | hindsight chat\n"
      "Exit codes: 0 the input ended, 2 usage, 5 no such video, model or tokens, 6 store, 7 model. "
      "A "
      "question that\n"
      "cannot be answered is told so, and the next one is read.");
  verb->callback([flags, &context] { chat(*flags, context); });
}

}  // namespace hindsight::app
