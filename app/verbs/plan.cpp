#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/choice.h"
#include "app/context.h"
#include "app/ladder_report.h"
#include "app/live_options.h"
#include "app/live_plan.h"
#include "app/model_limit.h"
#include "app/plan_options.h"
#include "app/reader_options.h"
#include "app/text.h"
#include "app/video_plan.h"
#include "ingest/live_stream.h"
#include "sampler/budget.h"

namespace hindsight::app {
namespace {

struct PlanSettings {
  std::string video;
  bool json = false;
  bool explain = false;
  int rows = 20;
  sampler::PlanOptions plan;
  ingest::ReaderOptions reader;
  LiveArguments live;
};

void print_json(const VideoPlan& plan, bool explain) {
  std::vector<std::string> pairs;
  for (const auto& pair : ranked_pairs(plan)) {
    pairs.push_back(fmt::format(
        R"({{"from":{},"to":{},"width":{},"height":{},"tokens":{},"rank":{},"reason":"{}"}})",
        to_decimal_seconds(pair.first),
        to_decimal_seconds(pair.second),
        pair.width,
        pair.height,
        pair.num_tokens(),
        pairs.size(),
        to_string(pair.reason)));
  }
  fmt::print("{{{},\"pairs\":[{}]{}}}\n",
             json_members(plan),
             fmt::join(pairs, ","),
             explain ? ",\"ladder\":" + ladder_json(plan) : "");
}

/// The longest time without a pair.
TimeSpan widest_gap(const VideoPlan& plan, const std::vector<sampler::PlannedPair>& pairs) {
  std::vector<TimeSpan> seen;
  for (const auto& pair : pairs) seen.push_back({pair.first, pair.second});
  std::sort(seen.begin(), seen.end());
  TimeSpan widest;
  MediaTime from;
  for (const auto& span : seen) {
    widest = std::max(widest, {from, span.begin}, [](const TimeSpan& a, const TimeSpan& b) {
      return a.length() < b.length();
    });
    from = span.end;
  }
  return plan.end - from > widest.length() ? TimeSpan{from, plan.end} : widest;
}

std::string count_reasons(const std::vector<sampler::PlannedPair>& pairs) {
  std::map<std::string_view, int> counts;
  for (const auto& pair : pairs) ++counts[to_string(pair.reason)];
  std::vector<std::string> parts;
  for (const auto& [reason, count] : counts) parts.push_back(fmt::format("{} {}", count, reason));
  return fmt::format("{}", fmt::join(parts, ", "));
}

void print_summary(const VideoPlan& plan,
                   const std::vector<sampler::PlannedPair>& pairs,
                   const sampler::PlanOptions& options) {
  std::int64_t tokens = 0;
  for (const auto& pair : pairs) tokens += pair.num_tokens();
  const auto budget = sampler::token_budget(plan.end, options);
  const double length = std::max(to_seconds(plan.end), 1e-9);
  fmt::print(
      "tokens    {} of {} ({:.0f} %), {} an hour\n",
      human_count(tokens),
      human_count(budget),
      100.0 * static_cast<double>(tokens) / static_cast<double>(std::max<std::int64_t>(1, budget)),
      human_count(static_cast<std::int64_t>(static_cast<double>(tokens) / length * 3600)));
  if (pairs.empty()) {
    fmt::print("pairs     none: the budget does not hold the smallest pair\n");
    return;
  }
  const auto gap = widest_gap(plan, pairs);
  fmt::print("pairs     {}: {}\n", human_count(std::ssize(pairs)), count_reasons(pairs));
  fmt::print("density   a pair every {}; widest gap {} from {}\n",
             human_seconds(length / static_cast<double>(pairs.size())),
             human_seconds(to_seconds(gap.length())),
             to_clock(gap.begin));
}

void print_text(const VideoPlan& plan, const PlanSettings& settings) {
  const auto pairs = ranked_pairs(plan);
  print_heading(plan);
  print_summary(plan, pairs, settings.plan);
  if (settings.explain) print_ladder(plan);
  const auto shown = settings.rows > 0 ? std::min<std::ptrdiff_t>(settings.rows, std::ssize(pairs))
                                       : std::ssize(pairs);
  if (shown > 0) fmt::print("\nrank  from          to            size       tokens  reason\n");
  for (std::ptrdiff_t i = 0; i < shown; ++i) {
    fmt::print("{:4}  {}\n", i, pair_row(pairs[static_cast<std::size_t>(i)]));
  }
  if (shown < std::ssize(pairs)) {
    fmt::print("      and {} more: --rows 0 or --json shows all\n",
               human_count(std::ssize(pairs) - shown));
  }
}

}  // namespace

void add_plan(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand(
      "plan", "Show which frame pairs of a video would be encoded, at which size, and why");
  verb->footer(
      "What 'ingest' would encode with the same plan options and --model: no pair is larger than "
      "the model reads.\n"
      "Its weights are not needed, and without a model the options alone limit.  The budget is "
      "never exceeded, and every\n"
      "prefix of the ranking is a plan for a smaller one.\n\nExamples:\n"
      "  hindsight plan gate-cam.mp4\n"
      "  hindsight plan gate-cam.mp4 --explain\n"
      "  hindsight plan gate-cam.mp4 --json --tokens-per-hour 40000\n"
      "  hindsight plan --live rtsp://camera/stream1 --json      one line of JSON for each pair, "
      "as it is decided\n"
      "Exit codes: 0 done, 2 usage, 3 the video cannot be read, 5 no such model, 7 a model that "
      "cannot be used.");
  auto settings = std::make_shared<PlanSettings>();
  verb->add_option("VIDEO", settings->video, "A video file or a URL; with --live also - for a pipe")
      ->required();
  verb->add_flag("--json", settings->json, "One JSON object on stdout; with --live one a line");
  verb->add_flag("--explain",
                 settings->explain,
                 "Also show what each rung cost and found: packets, key frames, windows; with "
                 "--json every window and why it was opened");
  verb->add_option("--rows", settings->rows, "Pairs in the table; 0: all")
      ->check(not_negative())
      ->capture_default_str();
  add_model_option(*verb, context);
  add_reader_options(*verb, settings->reader);
  add_plan_options(*verb, settings->plan);
  add_live_options(*verb, settings->live);
  verb->get_option("--rows")->excludes("--json");
  for (const auto* whole : {"--rows", "--explain"})
    verb->get_option("--live")->excludes(verb->get_option(whole));
  verb->callback([settings, &context, verb] {
    const ingest::Source source{settings->video, settings->video};
    if (settings->live.live || ingest::is_live(source, settings->reader.limits)) {
      if (verb->get_option("--stretch-length")->count() == 0) shorten_stretches(settings->plan);
      context.logger.info("model {}", limit_to_found_model(settings->plan, context));
      return plan_live(source,
                       settings->plan,
                       to_live_options(settings->live, settings->reader, 0),
                       from_seconds(settings->live.for_seconds),
                       settings->json,
                       context);
    }
    const auto plan = plan_video(settings->video, settings->plan, settings->reader, context);
    if (settings->json) {
      print_json(plan, settings->explain);
    } else {
      print_text(plan, *settings);
    }
  });
}

}  // namespace hindsight::app
