#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "app/context.h"
#include "app/model_dir.h"
#include "core/error.h"
#include "evaluation/summary.h"
#include "model/config.h"
#include "model/generation.h"
#include "model/torch/load.h"
#include "query/ask.h"

namespace hindsight::app {
namespace {

struct EvalFlags {
  std::vector<std::string> files;
  std::vector<std::string> types;
  bool json = false;
  int max_visual_tokens = query::AskOptions{}.max_visual_tokens;
};

/// What every question about a video needs, read once.
struct AskedVideo {
  MediaDuration length{};
  std::vector<TimeSpan> cached;  ///< the pairs that the model has tokens of
};

/// What one question needs again and again.
struct Asker {
  const index::Store& store;
  const std::map<std::string, AskedVideo>& videos;
  model::LanguageModel& language_model;
  const model::Tokenizer& tokenizer;
  query::AskOptions options;
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
  return questions;
}

evaluation::Response to_response(const query::Answer& answer) {
  evaluation::Response response{.found = answer.found, .text = answer.text};
  for (const auto& interval : answer.intervals) response.intervals.push_back(interval.span);
  return response;
}

/// The videos of all questions by name.  A video that is missing is named here, before minutes of
/// questions are asked.
std::map<std::string, AskedVideo> find_videos(
    const std::vector<evaluation::BenchmarkQuestion>& questions,
    const index::Store& store,
    const model::ModelInfo& info) {
  std::map<std::string, AskedVideo> videos;
  for (const auto& question : questions) {
    const auto [it, is_new] = videos.try_emplace(question.video);
    if (!is_new) continue;
    const auto plan = query::plan_question({.text = "?", .videos = {question.video}}, store, info);
    const auto& scope = plan.scopes.front();
    it->second.length = scope.video.end - MediaTime{};
    for (const auto& pair : store.pairs(scope.run.id))
      it->second.cached.push_back({pair.first, pair.second});
  }
  for (const auto& question : questions)
    evaluation::check_within(question, {videos.at(question.video).length});
  return videos;
}

evaluation::Outcome answer_one(const evaluation::BenchmarkQuestion& question, const Asker& asker) {
  const auto begin = std::chrono::steady_clock::now();
  const auto plan = query::plan_question(
      {.text = question.question, .videos = {question.video}}, asker.store,
      asker.language_model.info());
  const auto answer =
      query::ask(plan, asker.store, asker.language_model, asker.tokenizer, asker.options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;

  const AskedVideo& video = asker.videos.at(question.video);
  std::vector<TimeSpan> read;
  for (const auto& reading : answer.readings) {
    for (const auto& choice : reading.selection.choices) {
      const auto& pair = reading.candidates[choice.candidate].pair;
      read.push_back({pair.first, pair.second});
    }
  }
  evaluation::Outcome outcome{.question = question,
                              .response = to_response(answer),
                              .video_length = video.length,
                              .seconds = seconds.count()};
  outcome.score = evaluation::score(question, outcome.response);
  outcome.funnel =
      evaluation::follow(question, video.cached, read, outcome.response, outcome.score);
  return outcome;
}

void eval(const EvalFlags& flags, Context& context) {
  const auto questions = read_all(flags);
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  const auto model_dir = resolve_model_dir(context);
  const auto info = model::torch::read_model_info(model_dir);
  const auto videos = find_videos(questions, store, info);
  auto generation =
      model::load_generation_options(model_dir, model::load_model_config(model_dir));
  generation.do_sample = false;
  const auto tokenizer = model::Tokenizer::load(model_dir);
  const auto language_model = model::torch::load_language_model(model_dir, {}, context.logger);
  const Asker asker{store, videos, *language_model, tokenizer,
                    {.max_visual_tokens = flags.max_visual_tokens, .generation = generation}};
  std::vector<evaluation::Outcome> outcomes;
  for (const auto& question : questions) {
    outcomes.push_back(answer_one(question, asker));
    const auto& outcome = outcomes.back();
    context.logger.debug("{} {}: {}", outcome.score.correct ? "right" : "wrong", question.id,
                         outcome.response.text);
  }
  if (flags.json) {
    fmt::print("{}\n", evaluation::to_json(outcomes));
  } else {
    fmt::print("{}", evaluation::to_table(outcomes));
  }
}

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
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  verb->add_option(
          "--max-visual-tokens", flags->max_visual_tokens, "Visual tokens read for one question")
      ->check(CLI::PositiveNumber);
  verb->add_flag("--json", flags->json, "One JSON object on stdout, every question's answer in it");
  verb->footer(
      "The videos must have been ingested with the same model. Answers are greedy.\n"
      "The funnel counts, among the questions whose evidence is known: a cached pair lies in it, such\n"
      "a pair was read, an interval of the answer touches it, and the answer is right.\n"
      "Examples:\n"
      "  hindsight eval --questions v.questions.jsonl\n"
      "  hindsight eval --questions a.jsonl b.jsonl --type when --json | jq .accuracy\n"
      "Exit codes: 0 done, 2 usage or a bad question file, 3 no such file, 5 no such video, model or\n"
      "tokens, 6 store, 7 model, 8 does not fit the context or memory.");
  verb->callback([flags, &context] { eval(*flags, context); });
}

}  // namespace hindsight::app
