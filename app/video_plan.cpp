#include "app/video_plan.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "app/model_limit.h"
#include "app/progress_line.h"
#include "app/text.h"
#include "pipeline/stretch_planner.h"
#include "sampler/overview.h"

namespace hindsight::app {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr int kStripColumns = 60;

std::string to_strip(const VideoPlan& plan, int columns) {
  std::string strip(static_cast<std::size_t>(columns), '.');
  const double length = std::max(to_seconds(plan.end), 1e-9);
  const auto column_of = [&](MediaTime time) {
    const auto column = static_cast<int>(to_seconds(time) / length * columns);
    return static_cast<std::size_t>(std::clamp(column, 0, columns - 1));
  };
  for (const auto& a : sampler::join_activity(plan.stretches)) {
    const auto last = column_of(a.span.end - MediaDuration{1});
    for (auto i = column_of(a.span.begin); i <= last; ++i) strip[i] = '#';
  }
  for (const auto& shot : sampler::join_shots(plan.stretches)) {
    if (shot.begins_at_cut) strip[column_of(shot.span.begin)] = '|';
  }
  return strip;
}

}  // namespace

VideoPlan plan_video(const std::string& path,
                     sampler::PlanOptions options,
                     const ingest::ReaderOptions& reader_options,
                     const Context& context) {
  auto model = limit_to_found_model(options, context);
  const auto start = Clock::now();
  const auto scan = ingest::scan_packets(path, reader_options, context.logger);
  const double scan_seconds = seconds_since(start);
  pipeline::StretchPlanner planner(path, scan, options, reader_options, {}, context.logger);
  VideoPlan plan{.name = path,
                 .options = options,
                 .model = std::move(model),
                 .facts = scan.facts,
                 .end = scan.end};
  ProgressLine progress(!context.quiet && is_terminal(STDERR_FILENO));
  const double length = std::max(to_seconds(scan.end), 1e-9);
  const auto show = [&](MediaTime time) {
    progress.at("planning", to_seconds(time) / length, to_seconds(time));
    return true;
  };
  while (auto stretch = planner.next(show)) plan.stretches.push_back(std::move(*stretch));
  plan.end = std::max(plan.end, plan.stretches.back().span.end);
  plan.decoding = planner.stats();
  plan.scan = {scan_seconds, scan.num_packets, 0};
  plan.profile = scan;
  plan.ladder = planner.report();
  plan.seconds_spent = seconds_since(start);
  return plan;
}

std::vector<sampler::PlannedPair> ranked_pairs(const VideoPlan& plan) {
  std::vector<sampler::PlannedPair> pairs;
  for (const auto& place : sampler::global_order(plan.stretches)) {
    pairs.push_back(plan.stretches[place.stretch].pairs[place.pair]);
  }
  return pairs;
}

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_members(const VideoPlan& plan) {
  std::vector<std::string> shots;
  for (const auto& shot : sampler::join_shots(plan.stretches)) {
    shots.push_back(fmt::format(R"({{"from":{},"to":{}}})",
                                to_decimal_seconds(shot.span.begin),
                                to_decimal_seconds(shot.span.end)));
  }
  std::vector<std::string> activity;
  for (const auto& a : sampler::join_activity(plan.stretches)) {
    activity.push_back(fmt::format(R"({{"from":{},"to":{},"score":{:.4f}}})",
                                   to_decimal_seconds(a.span.begin),
                                   to_decimal_seconds(a.span.end),
                                   a.score));
  }
  return fmt::format(R"("video":{},"duration":{},"shots":[{}],"activity":[{}])",
                     json_string(plan.name),
                     to_decimal_seconds(plan.end),
                     fmt::join(shots, ","),
                     fmt::join(activity, ","));
}

std::string pair_row(const sampler::PlannedPair& pair) {
  return fmt::format("{}  {}  {:<9}  {:6}  {}",
                     to_clock(pair.first),
                     to_clock(pair.second),
                     fmt::format("{}x{}", pair.width, pair.height),
                     pair.num_tokens(),
                     to_string(pair.reason));
}

std::string activity_summary(const VideoPlan& plan) {
  const auto activity = sampler::join_activity(plan.stretches);
  MediaDuration active{0};
  for (const auto& a : activity) active += a.span.length();
  return fmt::format("{}, together {} ({:.0f} %)",
                     activity.size(),
                     human_seconds(to_seconds(active)),
                     100 * to_seconds(active) / std::max(to_seconds(plan.end), 1e-9));
}

void print_heading(const VideoPlan& plan) {
  const double length = std::max(to_seconds(plan.end), 1e-9);
  fmt::print("{}\n", printable(plan.name));
  fmt::print("video     {}, {}x{}, {}; planned {:.0f} x realtime\n",
             human_seconds(length),
             plan.facts.display_width,
             plan.facts.display_height,
             plan.facts.codec,
             length / std::max(plan.seconds_spent, 1e-9));
  fmt::print("model     {}\n", printable(plan.model));
  const auto told = plan.ladder.told_cuts;
  fmt::print("shots     {}{}\n",
             sampler::join_shots(plan.stretches).size(),
             told == 0 ? ""
                       : fmt::format("; {} cuts told by packets alone, to within 0.2 s, some are "
                                     "none: --exact decodes all that may be one",
                                     told));
  fmt::print("activity  {}\n", activity_summary(plan));
  fmt::print("          0:00 {} {}\n", to_strip(plan, kStripColumns), human_seconds(length));
}

}  // namespace hindsight::app
