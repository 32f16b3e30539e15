#include <cmath>
#include <cstdio>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "app/answer_output.h"
#include "app/choice.h"
#include "app/context.h"
#include "app/load_options.h"
#include "app/model_dir.h"
#include "app/opened_model.h"
#include "app/text.h"
#include "app/video_state.h"
#include "core/error.h"
#include "model/torch/load.h"
#include "query/summary.h"

namespace hindsight::app {
namespace {

struct SummarizeFlags {
  std::string video;
  double every_seconds = 0;
  query::SummaryFormat format = query::SummaryFormat::text;
  int max_pairs = query::SummaryOptions{}.max_pairs;
  model::torch::LoadOptions load;
};

query::SummaryOptions summary_options(const SummarizeFlags& flags) {
  constexpr double kMostSections = 1e6;
  if (!std::isfinite(flags.every_seconds) || flags.every_seconds < 0 ||
      (flags.every_seconds > 0 && flags.every_seconds < 1) || flags.every_seconds > kMostSections) {
    throw Error(ErrorCode::usage,
                fmt::format("--every {:g} s makes no sections; write a length from 1s to {:.0f}s, "
                            "such as 10m",
                            flags.every_seconds,
                            kMostSections));
  }
  return {.max_pairs = flags.max_pairs, .every = from_seconds(flags.every_seconds)};
}

void summarize(const SummarizeFlags& flags, Context& context) {
  const auto options = summary_options(flags);
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  const auto model_dir = resolve_model_dir(context);
  const query::Question everything{.text = "summary", .videos = {flags.video}};
  auto opened = open_model(model_dir, flags.load, context.logger);
  const auto plan = query::plan_question(everything, store, opened.language.info());
  const auto& scope = plan.scopes.front();
  const auto summary = query::summarize(scope, store, opened.language, opened.tokenizer, options);
  if (summary.num_pairs == 0) {
    throw Error(ErrorCode::not_found,
                fmt::format("nothing of {} has been read yet; read it first: hindsight ingest {}",
                            scope.label,
                            shell_quoted(scope.video.path)));
  }
  print_text(query::to_text(summary, flags.format));
  if (!summary.complete) {
    context.logger.warn(
        "{} is not read to its end; {}", scope.label, how_to_go_on(scope.video, context));
  }
  tell_not_kept(summary.not_kept, context.logger);
  context.logger.info("{} described now, {} read from the store; 0 frames decoded, 0 pairs encoded",
                      counted(summary.usage.looks_computed, "pair"),
                      summary.usage.looks_kept);
}

}  // namespace

void add_summarize(CLI::App& root, Context& context) {
  auto flags = std::make_shared<SummarizeFlags>();
  auto* verb = root.add_subcommand("summarize", "Tell what a video shows, in phases with times");
  verb->add_option("video", flags->video, "Name, path or hash prefix of a video in the store")
      ->required()
      ->configurable(false);
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  add_load_options(*verb, flags->load);
  verb->add_option("--every",
                   flags->every_seconds,
                   "Also sum up sections of this length: 90s, 10m or 1h; 0: none")
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                CLI::AsNumberWithUnit::CASE_SENSITIVE,
                                "LENGTH"));
  add_choice(*verb,
             "--format",
             flags->format,
             {{"text", query::SummaryFormat::text},
              {"md", query::SummaryFormat::markdown},
              {"json", query::SummaryFormat::json}},
             "text, md or json");
  verb->add_option("--max-pairs",
                   flags->max_pairs,
                   "Pairs that the model describes; what it said is kept for the next time")
      ->check(above_zero());
  verb->footer(
      "The model describes single frame pairs, spread over the video; neighbours that are "
      "described "
      "alike are one phase.\n"
      "Examples:\n"
      "  hindsight summarize gate-cam.mp4\n"
      "  hindsight summarize gate-cam.mp4 --every 10m --format md > gate-cam.md\n"
      "Exit codes: 0 done, 2 usage, 5 no such video, model or tokens, 6 store, 7 model.");
  verb->callback([flags, &context] { summarize(*flags, context); });
}

}  // namespace hindsight::app
