#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "app/benchmark.h"
#include "app/choice.h"
#include "app/context.h"
#include "app/load_options.h"
#include "app/model_dir.h"
#include "app/opened_model.h"
#include "core/error.h"
#include "evaluation/question_file.h"
#include "model/config.h"
#include "model/generation.h"
#include "model/torch/load.h"

namespace hindsight::app {
namespace {

struct EvalFlags {
  std::vector<std::string> files;
  std::vector<std::string> types;
  std::vector<std::string> baselines;
  std::vector<std::string> answers;
  bool json = false;
  std::string show;
  int per_type = 0;
  int max_visual_tokens = query::AskOptions{}.max_visual_tokens;
  model::torch::LoadOptions load;
};

std::vector<evaluation::BenchmarkQuestion> read_all(const EvalFlags& flags) {
  const std::vector<std::filesystem::path> files(flags.files.begin(), flags.files.end());
  auto questions = evaluation::read_questions(files);
  const auto unwanted = [&](const evaluation::BenchmarkQuestion& question) {
    return std::find(flags.types.begin(), flags.types.end(), question.type) == flags.types.end();
  };
  if (!flags.types.empty()) std::erase_if(questions, unwanted);
  if (questions.empty()) {
    throw Error(ErrorCode::usage,
                "no question is of the type that --type names; leave it out to ask all");
  }
  if (flags.per_type > 0) {
    std::map<std::string, int> taken;
    std::erase_if(questions, [&](const evaluation::BenchmarkQuestion& question) {
      return ++taken[question.type] > flags.per_type;
    });
  }
  return questions;
}

void eval(const EvalFlags& flags, Context& context) {
  const auto baselines = evaluation::parse_baselines(flags.baselines);
  std::vector<evaluation::PeerAnswers> peers;
  for (const auto& named : flags.answers) peers.push_back(evaluation::read_named_answers(named));
  const auto questions = read_all(flags);
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  const auto model_dir = resolve_model_dir(context);
  auto opened = open_model(model_dir, flags.load, context.logger);
  const auto videos = find_videos(questions, store, opened.language.info());
  auto generation = model::load_generation_options(model_dir, model::load_model_config(model_dir));
  generation.do_sample = false;
  // No question's cost contains it.
  opened.language.prepare();
  const query::AskOptions options{.max_visual_tokens = flags.max_visual_tokens,
                                  .generation = generation};
  const Benchmark benchmark{
      questions, videos, store, opened.language, opened.tokenizer, options, context.logger};
  auto systems = run_benchmark(benchmark, baselines);
  for (const auto& peer : peers) systems.push_back(score_answers(benchmark, peer));
  if (flags.json) {
    fmt::print("{}\n", evaluation::to_json(systems));
  } else {
    using evaluation::Shown;
    if (!flags.show.empty()) {
      const Shown shown = flags.show == "all" ? Shown::all : Shown::wrong;
      fmt::print("{}", evaluation::to_transcript(systems.front(), shown));
    }
    fmt::print("{}", evaluation::to_table(systems));
  }
}

constexpr const char* kFooter =
    "The videos must have been ingested with the same model. Answers are greedy.\n"
    "\n"
    "Baselines answer the same questions and stand beside ours:\n"
    "  blind    the same prompt without a picture or subtitle; beside it chance (yes or no 0.5, "
    "else\n"
    "           the prior's accuracy) and whether blind is above, at or below it\n"
    "  prior    no model: the most frequent answer of the type among the other videos of the "
    "files,\n"
    "           the median of numbers with a tolerance, the mean relative interval\n"
    "  uniform  the same budget of visual tokens, spent on cached pairs at even spacing in time\n"
    "  oracle   only pairs within the known evidence, the same budget; questions without known\n"
    "           evidence are left out\n"
    "\n"
    "--answers takes lines of {\"id\", \"answer\", \"seconds\", \"visual_tokens\"}, the last two "
    "if "
    "known;\n"
    "bench/peer_transformers.py writes such a file.\n"
    "\n"
    "The funnel counts, among the questions whose evidence is known: a pair of the plan lies in "
    "it\n"
    "(sampled), its tokens are in the store (cached), it was read (retrieved), an interval of the\n"
    "answer touches the evidence (touched), and the answer is right (answered); right without: "
    "right,\n"
    "though lost before. Intervals: no overlap with the truth is an error of search, too little\n"
    "overlap one of the boundary. Cost: median and 95th percentile of a question.\n"
    "\n"
    "--json prints one object: n, correct, accuracy, interval, by_type, by_length, funnel, "
    "grounding,\n"
    "cost, baselines (by name, the same figures and the difference), questions (every answer).\n"
    "evaluation/README.md explains every member.\n"
    "\n"
    "Examples:\n"
    "  hindsight eval --questions v.questions.jsonl\n"
    "  hindsight eval --questions a.jsonl b.jsonl --baseline blind,prior,uniform,oracle\n"
    "  hindsight eval --questions a.jsonl --type when --json | jq .grounding\n"
    "  hindsight eval --questions a.jsonl --per-type 1 --show all\n"
    "Exit codes: 0 done, 2 usage or a bad question file, 3 no such file or an empty one, 5 no "
    "such\n"
    "video, model or tokens, 6 store, 7 model, 8 does not fit the context or memory.";

}  // namespace

void add_eval(CLI::App& root, Context& context) {
  auto flags = std::make_shared<EvalFlags>();
  auto* verb = root.add_subcommand(
      "eval", "Ask questions with known answers and report how many are answered right");
  verb->add_option("--questions", flags->files, "Question files, one JSON object a line")
      ->required()
      ->configurable(false);
  verb->add_option("--type", flags->types, "Only questions of this type; may be repeated")
      ->allow_extra_args(false)
      ->configurable(false);
  verb->add_option("--baseline",
                   flags->baselines,
                   "none, blind, prior, uniform or oracle; repeated, or with commas between them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->configurable(false);
  verb->add_option("--answers",
                   flags->answers,
                   "NAME=FILE: what another program answered, scored beside ours; may be repeated")
      ->allow_extra_args(false)
      ->configurable(false);
  verb->add_option("--per-type", flags->per_type, "At most so many questions of each type")
      ->check(above_zero())
      ->configurable(false);
  verb->add_option(
          "--show", flags->show, "Answers beside the truth, before the table: all or wrong")
      ->check(CLI::IsMember({"all", "wrong"}))
      ->configurable(false);
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  add_load_options(*verb, flags->load);
  verb->add_option(
          "--max-visual-tokens", flags->max_visual_tokens, "Visual tokens read for one question")
      ->check(above_zero());
  verb->add_flag("--json", flags->json, "One JSON object on stdout, every question's answer in it");
  verb->footer(kFooter);
  verb->callback([flags, &context] { eval(*flags, context); });
}

}  // namespace hindsight::app
