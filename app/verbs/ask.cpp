#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "app/answer_output.h"
#include "app/choice.h"
#include "app/context.h"
#include "app/evidence_files.h"
#include "app/generation_flags.h"
#include "app/input_text.h"
#include "app/load_options.h"
#include "app/model_dir.h"
#include "app/opened_model.h"
#include "app/question_options.h"
#include "core/error.h"
#include "query/answer_question.h"
#include "query/explain.h"
#include "query/reason.h"

namespace hindsight::app {
namespace {

struct AskFlags {
  QuestionFlags question;
  std::string plan_file;
  EvidenceFiles files;
  bool json = false;
  bool explain = false;
  bool fail_on_abstain = false;
  int max_visual_tokens = query::AskOptions{}.max_visual_tokens;
  bool reason = false;
  int max_steps = query::ReasonOptions{}.max_steps;
  int max_reason_tokens = query::ReasonOptions{}.max_new_tokens;
  GenerationFlags generation;
  model::torch::LoadOptions load;
};

/// By the plan that is given, step by step, or by what fits the question.
query::Answer find_answer(const AskFlags& flags,
                          const query::QuestionPlan& question,
                          const std::optional<query::Plan>& given_plan,
                          const index::Store& store,
                          model::LanguageModel& language_model,
                          const model::Tokenizer& tokenizer,
                          const model::GenerationOptions& generation) {
  if (given_plan) return query::execute(*given_plan, question, store, language_model, tokenizer);
  if (flags.reason) {
    return query::reason(question,
                         store,
                         language_model,
                         tokenizer,
                         {.max_steps = flags.max_steps,
                          .max_new_tokens = flags.max_reason_tokens,
                          .generation = generation},
                         flags.json ? query::OnStep() : query::OnStep(print_step));
  }
  return query::answer_question(
      question,
      store,
      language_model,
      tokenizer,
      {.ask = {.max_visual_tokens = flags.max_visual_tokens, .generation = generation}},
      !flags.json && is_terminal(STDOUT_FILENO) ? query::OnText(print_text) : query::OnText());
}

/// Where the videos that are asked about were read.
std::vector<std::string> names_of(const query::QuestionPlan& plan, const index::Store& store) {
  std::vector<std::string> paths;
  for (const auto& scope : plan.scopes)
    for (const auto& name : store.video_names(scope.video.id)) paths.push_back(name.path);
  return paths;
}

void ask(const AskFlags& flags, Context& context) {
  auto question = read_question(flags.question);
  std::optional<query::Plan> given_plan;
  if (!flags.plan_file.empty()) {
    given_plan = query::parse_plan(read_text(flags.plan_file, "plan"), flags.plan_file);
  }
  // A plan needs no words.
  if (given_plan && question.text.empty()) question.text = "(the plan)";
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  const auto model_dir = resolve_model_dir(context);
  auto opened = open_model(model_dir, flags.load, context.logger);
  const auto plan = query::plan_question(question, store, opened.language.info());
  const auto generation = generation_options(flags.generation, model_dir);
  prepare(flags.files, names_of(plan, store));

  const auto answer =
      find_answer(flags, plan, given_plan, store, opened.language, opened.tokenizer, generation);
  if (flags.explain) fmt::print(stderr, "{}", query::explain(answer));
  if (flags.json) {
    fmt::print("{}\n", query::to_json(answer, opened.load_ms()));
    std::fflush(stdout);
  } else {
    print_answer(
        answer, is_terminal(STDOUT_FILENO) && is_generated(answer), plan.scopes.size() > 1);
  }
  warn_of_limits(plan, answer, context);
  log_usage(answer, opened.load_ms(), context.logger);
  if (!flags.files.directory.empty()) write_evidence(flags.files, answer, store, context.logger);
  if (!flags.files.clip.empty()) write_clip(flags.files, answer, store, context.logger);
  if (!answer.found && flags.fail_on_abstain)
    context.exit_code = static_cast<int>(ErrorCode::abstained);
}

void add_evidence_flags(CLI::App& verb, EvidenceFiles& files) {
  verb.add_option("--evidence",
                  files.directory,
                  "Write the evidence's pictures and a page, index.html, into this folder")
      ->configurable(false);
  verb.add_option(
          "--clip",
          files.clip,
          "Cut the evidence out of the original, if it is still there: a .mp4, .mkv or .mov")
      ->configurable(false);
  verb.add_flag("--force", files.force, "Let --evidence and --clip replace what is there")
      ->configurable(false);
}

}  // namespace

void add_ask(CLI::App& root, Context& context) {
  auto flags = std::make_shared<AskFlags>();
  auto* verb = root.add_subcommand(
      "ask", "Answer a question from the token cache, with the intervals that prove it");
  auto* question = verb->add_option(
      "question", flags->question.text, "The question; - reads it from standard input");
  auto* plan_file = verb->add_option("--plan",
                                     flags->plan_file,
                                     "Execute the plan in this JSON file instead of the question's")
                        ->configurable(false);
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  add_load_options(*verb, flags->load);
  add_question_options(*verb, flags->question);
  verb->add_flag("--json", flags->json, "One JSON object on stdout");
  verb->add_flag("--explain",
                 flags->explain,
                 "Print the plan, what was looked at and why, and what was ruled out, on stderr");
  verb->add_flag(
      "--fail-on-abstain", flags->fail_on_abstain, "Exit with 9 when the answer is 'not found'");
  verb->add_option("--max-visual-tokens",
                   flags->max_visual_tokens,
                   "Visual tokens of one prompt, where the model answers by itself; a plan looks "
                   "at single pairs")
      ->check(above_zero());
  verb->add_flag("--reason",
                 flags->reason,
                 "Work in steps with tools, each shown; an answer rests on what was looked at")
      ->excludes(plan_file);
  verb->add_option("--max-steps", flags->max_steps, "With --reason: tools called at most")
      ->check(above_zero());
  verb->add_option("--max-reason-tokens",
                   flags->max_reason_tokens,
                   "With --reason: tokens written at most, all steps together")
      ->check(above_zero());
  add_generation_flags(*verb, flags->generation);
  add_evidence_flags(*verb, flags->files);
  verb->footer(
      "Time words limit what is read: 'between 10:00 and 12:00', 'in the first five minutes', 'at "
      "0:15',\n"
      "'the last hour', 'after 2:30'; --from and --to limit it further.\n"
      "Questions such as when, how many times, how long, which came first, what colour is the "
      "first ...\n"
      "become a plan that is executed; 'what is this about' is a summary; others are planned by a "
      "model that\n"
      "can, or answered by it from what is near to them.\n"
      "Examples:\n"
      "  hindsight ask 'When does the red car leave?'\n"
      "  hindsight ask 'How many cars appear after the door opens?' --explain\n"
      "  hindsight ask 'When is the door open?' --evidence proof --clip door.mp4\n"
      "  hindsight ask 'Which came first, the dog or the truck?' --reason\n"
      "  hindsight ask --plan plan.json --json > answer.json; hindsight verify-answer answer.json\n"
      "  hindsight ask 'What happens in the last hour?' --video gate-cam.mp4 --explain\n"
      "  echo 'Who is at the gate at 0:15?' | hindsight ask - --json | jq .intervals\n"
      "Exit codes: 0 answered, 2 usage or a bad plan, 3 no plan file or no original to cut "
      "from, 5 no such video, model or "
      "tokens, 6 store, 7 model,\n"
      "8 does not fit the context or memory, 9 not found (with --fail-on-abstain).");
  verb->callback([flags, question, plan_file, &context] {
    if (question->count() == 0 && plan_file->count() == 0) throw CLI::RequiredError("question");
    ask(*flags, context);
  });
}

}  // namespace hindsight::app
