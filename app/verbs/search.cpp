#include "query/search.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "app/answer_output.h"
#include "app/choice.h"
#include "app/context.h"
#include "app/load_options.h"
#include "app/model_dir.h"
#include "app/opened_model.h"
#include "app/question_options.h"
#include "app/text.h"
#include "core/error.h"
#include "model/torch/load.h"
#include "query/prompt.h"

namespace hindsight::app {
namespace {

struct Options {
  QuestionFlags question;
  int limit = 10;
  int max_visual_tokens = query::SearchOptions{}.max_visual_tokens;
  bool as_json = false;
  model::torch::LoadOptions load;
};

/// Why a moment is in the list.
std::string why(const query::Moment& moment) {
  auto text = fmt::format("seen {:.2f} at {}", moment.p_yes, to_clock(moment.pair.first));
  if (moment.subtitle) text += fmt::format(", said {}", query::quote(moment.subtitle->text));
  return text;
}

void print_moments(const query::SearchResult& result) {
  for (const auto& moment : result.moments) {
    fmt::print("{} \u2013 {}  {:.2f}  {}  {}\n",
               to_clock(moment.span.begin),
               to_clock(moment.span.end),
               moment.score,
               printable(moment.video),
               printable(why(moment)));
  }
}

void search(const Options& options, Context& context) {
  auto question = read_question(options.question);
  if (question.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw Error(ErrorCode::usage,
                "the search text is empty; say what to look for, such as 'a red car'");
  }
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  const auto model_dir = resolve_model_dir(context);
  auto opened = open_model(model_dir, options.load, context.logger);
  const auto plan = query::plan_question(question, store, opened.language.info());
  const auto result = query::search(plan,
                                    store,
                                    opened.language,
                                    opened.tokenizer,
                                    {.limit = static_cast<std::size_t>(options.limit),
                                     .max_visual_tokens = options.max_visual_tokens});
  if (options.as_json)
    fmt::print("{}\n", query::to_json(result, model_dir.string(), store.path()));
  else
    print_moments(result);
  std::fflush(stdout);
  for (const auto& left_out : plan.left_out)
    context.logger.warn("{} was left out: {}", left_out.label, left_out.reason);
  if (!result.not_asked.empty()) context.logger.warn("{}", result.not_asked);
  if (result.moments.empty())
    context.logger.warn("nothing of what was searched has been read yet");
  else if (result.moments.front().score < query::kFoundScore)
    context.logger.warn("nothing shows it: these are only the closest moments that were looked at");
  tell_not_kept(result.not_kept, context.logger);
  if (!result.not_asked.empty()) return;
  context.logger.info(
      "asked \"{}\" of {} pairs, {} of which were looked at before; {} frames decoded",
      result.predicate,
      result.usage.pairs_read,
      result.usage.looks_kept,
      query::Usage::frames_decoded);
}

}  // namespace

void add_search(CLI::App& root, Context& context) {
  auto options = std::make_shared<Options>();
  auto* verb = root.add_subcommand("search", "Find the moments of one or all videos that show it");
  verb->add_option("TEXT", options->question.text, "What to look for; - reads standard input")
      ->required();
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  add_load_options(*verb, options->load);
  add_question_options(*verb, options->question);
  verb->add_option("-k,--limit", options->limit, "So many moments, the best first")
      ->check(above_zero());
  verb->add_option("--max-visual-tokens",
                   options->max_visual_tokens,
                   "Visual tokens that are looked at for one search")
      ->check(above_zero());
  verb->add_flag("--json", options->as_json, "One JSON object on stdout");
  verb->footer(
      "Vectors, subtitles and an even spread choose pairs, and the model looks at each; what it "
      "says is kept, so that\n"
      "'hindsight ask' and the next search need not look again.  The score is the model's "
      "probability, or the share\n"
      "of the words that a subtitle has where that is greater.\n"
      "Examples:\n"
      "  hindsight search 'a red car'\n"
      "  hindsight search 'an open door after 10:00' --video gate-cam.mp4 -k 3\n"
      "  hindsight search 'a dog' --json | jq '.moments[0]'\n"
      "Exit codes: 0 done, 2 usage, 5 no such video, model or tokens, 6 store, 7 model.");
  verb->callback([options, &context] { search(*options, context); });
}

}  // namespace hindsight::app
