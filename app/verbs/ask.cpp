#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "app/context.h"
#include "app/evidence_files.h"
#include "app/input_text.h"
#include "app/loaded_model.h"
#include "app/model_dir.h"
#include "app/question_options.h"
#include "app/text.h"
#include "core/error.h"
#include "model/config.h"
#include "model/generation.h"
#include "model/torch/load.h"
#include "query/answer_question.h"
#include "query/explain.h"

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
  int max_new_tokens = 0;  ///< 0: as generation_config.json says
  std::optional<double> temperature;
  std::optional<int> top_k;
  std::optional<double> top_p;
  std::optional<double> repetition_penalty;
  std::uint64_t seed = 0;
};

/// The model's own values with the flags over them.  A temperature above 0 samples, even from a
/// model whose files say greedy: its top-k of 1 would silently undo the flag.
model::GenerationOptions generation_options(const AskFlags& flags,
                                            const std::filesystem::path& model_dir) {
  auto options = model::load_generation_options(model_dir, model::load_model_config(model_dir));
  if (flags.max_new_tokens > 0) options.max_new_tokens = flags.max_new_tokens;
  if (flags.temperature) {
    if (!options.do_sample) options.top_k = 0;
    if (!options.do_sample) options.top_p = 1.0;
    options.do_sample = *flags.temperature != 0;
    if (options.do_sample) options.temperature = *flags.temperature;
  }
  options.top_k = flags.top_k.value_or(options.top_k);
  options.top_p = flags.top_p.value_or(options.top_p);
  options.repetition_penalty = flags.repetition_penalty.value_or(options.repetition_penalty);
  options.seed = flags.seed;
  model::check(options);
  return options;
}

void print_text(std::string_view text) {
  fmt::print("{}", printable(text));
  std::fflush(stdout);
}

void warn_of_limits(const query::QuestionPlan& plan,
                    const query::Answer& answer,
                    const Logger& logger) {
  for (const auto& left_out : plan.left_out)
    logger.warn("{} was left out: {}", left_out.label, left_out.reason);
  for (const auto& scope : plan.scopes) {
    if (!answer.findings || scope.run.complete) continue;
    logger.warn("{} is not read to its end; go on with hindsight ingest {}",
                scope.label,
                shell_quoted(scope.video.path));
  }
  for (const auto& reading : answer.readings) {
    if (reading.scope.run.complete) continue;
    logger.warn(
        "{} is not read to its end: {:.1f} % of what the question is about is there; go on with "
        "hindsight ingest {}",
        reading.scope.label,
        reading.covered * 100,
        shell_quoted(reading.scope.video.path));
  }
  if (answer.findings && !answer.findings->not_kept.empty())
    logger.info("what the model saw was not kept: {}", answer.findings->not_kept);
  if (!answer.findings)
    logger.info("the question has no form that becomes a plan: the answer is the model's own text");
  if (answer.cut_off) {
    logger.warn("the answer was cut after {} tokens; raise --max-new-tokens",
                answer.usage.new_tokens);
  }
}

void print_intervals(const query::Answer& answer, bool name_videos) {
  for (const auto& interval : answer.intervals) {
    std::string pairs;
    for (const auto& pair : interval.pairs)
      pairs += (pairs.empty() ? "" : ", ") + to_clock(pair.first);
    fmt::print("{} \u2013 {}  {:.2f}  {}pairs at {}\n",
               to_clock(interval.span.begin),
               to_clock(interval.span.end),
               interval.score,
               name_videos ? interval.video + "  " : "",
               pairs);
  }
}

void log_usage(const query::Answer& answer, double load_ms, const Logger& logger) {
  const auto& usage = answer.usage;
  const auto& timings = answer.timings;
  logger.info(
      "{} pairs, {} visual tokens, {} read; {} frames decoded, {} pairs encoded; load {}, select "
      "{}, read {}, "
      "prefill {}, decode {}",
      usage.pairs_read,
      usage.visual_tokens,
      human_bytes(usage.bytes_read),
      query::Usage::frames_decoded,
      query::Usage::pairs_encoded,
      human_seconds(load_ms / 1e3),
      human_seconds(timings.select / 1e3),
      human_seconds(timings.read / 1e3),
      human_seconds(timings.prefill / 1e3),
      human_seconds(timings.decode / 1e3));
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
  // All that can be refused is refused before the weights are loaded.
  const auto plan = query::plan_question(question, store, model::torch::read_model_info(model_dir));
  const query::AskOptions options{.max_visual_tokens = flags.max_visual_tokens,
                                  .generation = generation_options(flags, model_dir)};
  prepare(flags.files);
  const auto loaded = load_model(model_dir, context.logger);

  const bool streams = !flags.json && is_terminal(STDOUT_FILENO);
  const auto answer =
      !given_plan ? query::answer_question(plan,
                                           store,
                                           *loaded.language,
                                           loaded.tokenizer,
                                           {.ask = options},
                                           streams ? query::OnText(print_text) : query::OnText())
                  : query::execute(*given_plan, plan, store, *loaded.language, loaded.tokenizer);
  if (flags.explain) fmt::print(stderr, "{}", query::explain(answer));
  if (flags.json) {
    fmt::print("{}\n", query::to_json(answer, loaded.load_ms));
  } else {
    if (!streams || answer.findings) print_text(answer.text);
    fmt::print("\n");
    print_intervals(answer, plan.scopes.size() > 1);
  }
  // Whole before the log goes on: both may end in one file.
  std::fflush(stdout);
  warn_of_limits(plan, answer, context.logger);
  log_usage(answer, loaded.load_ms, context.logger);
  if (!flags.files.directory.empty()) write_evidence(flags.files, answer, store, context.logger);
  if (!flags.files.clip.empty()) write_clip(flags.files, answer, store, context.logger);
  if (!answer.found && flags.fail_on_abstain)
    context.exit_code = static_cast<int>(ErrorCode::abstained);
}

void add_generation_flags(CLI::App& verb, AskFlags& flags) {
  verb.add_option("--max-new-tokens",
                  flags.max_new_tokens,
                  "Length of the answer; 0: as the model's files say")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--temperature", flags.temperature, "0: the likeliest answer; above 0: sample");
  verb.add_option("--top-k", flags.top_k, "Sample among the k likeliest tokens; 0: all");
  verb.add_option(
      "--top-p", flags.top_p, "Sample among the likeliest tokens of this total probability");
  verb.add_option("--repetition-penalty", flags.repetition_penalty, "Above 1: repeat less");
  verb.add_option("--seed", flags.seed, "The same seed gives the same answer");
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
  add_question_options(*verb, flags->question);
  verb->add_flag("--json", flags->json, "One JSON object on stdout");
  verb->add_flag("--explain",
                 flags->explain,
                 "Print the plan, what was looked at and why, and what was ruled out, on stderr");
  verb->add_flag(
      "--fail-on-abstain", flags->fail_on_abstain, "Exit with 9 when the answer is 'not found'");
  verb->add_option(
          "--max-visual-tokens", flags->max_visual_tokens, "Visual tokens read for one question")
      ->check(CLI::PositiveNumber);
  add_generation_flags(*verb, *flags);
  add_evidence_flags(*verb, flags->files);
  verb->footer(
      "Time words limit what is read: 'between 10:00 and 12:00', 'in the first five minutes', 'at "
      "0:15',\n"
      "'the last hour', 'after 2:30'; --from and --to limit it further.\n"
      "Questions such as when, how many times, how long, which came first, what colour is the "
      "first ...\n"
      "become a plan that is executed; others are answered by the model from what is near to "
      "them.\n"
      "Examples:\n"
      "  hindsight ask 'When does the red car leave?'\n"
      "  hindsight ask 'How many cars appear after the door opens?' --explain\n"
      "  hindsight ask 'When is the door open?' --evidence proof --clip door.mp4\n"
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
