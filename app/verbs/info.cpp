#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/text.h"
#include "app/video_state.h"
#include "index/token_codec.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;

void print_json(const Json& json) {
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

Json to_json(const index::StoreStats& stats) {
  return {{"pairs", stats.num_pairs},
          {"tokens", stats.num_tokens},
          {"texts", stats.num_texts},
          {"bytes",
           {{"tokens", stats.token_bytes},
            {"vectors", stats.vector_bytes},
            {"thumbnails", stats.thumbnail_bytes},
            {"texts", stats.text_bytes}}}};
}

Json to_json(const RunState& state) {
  const auto& run = state.run;
  const auto& stats = state.stats;
  const TimeSpan& widest = stats.coverage.widest_gap;
  Json gaps = Json::array();
  for (const auto& gap : state.gaps) {
    gaps.push_back({{"from", to_seconds(gap.span.begin)},
                    {"to", to_seconds(gap.span.end)},
                    {"why", index::to_string(gap.reason)}});
  }
  return {{"run", run.id},
          {"model", run.model_name},
          {"model_fingerprint", run.model_fingerprint},
          {"preprocessing", run.preprocessing},
          {"plan_settings", run.plan_settings},
          {"codec", index::to_string(run.codec)},
          {"token_width", run.token_width},
          {"complete", run.complete},
          {"stretches", run.stretches_done},
          {"reached", to_seconds(stats.reached)},
          {"pairs", stats.num_pairs},
          {"pairs_same", stats.num_repeats},
          {"tokens", stats.num_tokens},
          {"bytes",
           {{"tokens", stats.token_bytes},
            {"vectors", stats.vector_bytes},
            {"thumbnails", stats.thumbnail_bytes}}},
          {"coverage", stats.coverage.share},
          {"widest_gap", {{"from", to_seconds(widest.begin)}, {"to", to_seconds(widest.end)}}},
          {"gaps", gaps}};
}

/// The way the video looks to those who made the file: an object, or nothing.
Json parse_facts(const std::string& text) {
  const Json facts = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return facts.is_object() ? facts : Json::object();
}

Json to_json(const VideoState& state, const std::vector<index::VideoName>& names) {
  Json json{{"id", state.short_id()},
            {"content_hash", state.video.content_hash},
            {"name", state.video.name},
            {"path", state.video.path},
            {"duration", to_seconds(state.video.end)},
            {"width", state.video.width},
            {"height", state.video.height}};
  for (const auto& name : names)
    json["names"].push_back({{"name", name.name}, {"path", name.path}});
  json["facts"] = parse_facts(state.video.facts_json);
  json.update(to_json(state.stats));
  json["runs"] = Json::array();
  for (const auto& run : state.runs) json["runs"].push_back(to_json(run));
  return json;
}

void print_content(const index::StoreStats& stats) {
  fmt::print("pairs       {}\n", human_count(stats.num_pairs));
  fmt::print(
      "tokens      {} in {}\n", human_count(stats.num_tokens), human_bytes(stats.token_bytes));
  fmt::print("vectors     {}\n", human_bytes(stats.vector_bytes));
  fmt::print("thumbnails  {}\n", human_bytes(stats.thumbnail_bytes));
  fmt::print("texts       {} in {}\n", human_count(stats.num_texts), human_bytes(stats.text_bytes));
}

void print_run(const RunState& state) {
  const auto& run = state.run;
  const auto& stats = state.stats;
  const TimeSpan& widest = stats.coverage.widest_gap;
  fmt::print("\nrun {}: {} ({}, fingerprint {:.12}, preprocessing {})\n",
             run.id,
             printable(run.model_name),
             index::to_string(run.codec),
             run.model_fingerprint,
             run.preprocessing);
  fmt::print("  plan      {}\n", run.plan_settings);
  fmt::print("  state     {}\n",
             run.complete ? std::string("complete")
                          : fmt::format("incomplete, reached {}", to_clock(stats.reached)));
  fmt::print("  content   {}{}, {} of width {}, {}\n",
             counted(stats.num_pairs, "pair"),
             stats.num_repeats > 0
                 ? fmt::format(" ({} the same as an earlier one)", human_count(stats.num_repeats))
                 : "",
             counted(stats.num_tokens, "token"),
             run.token_width,
             human_bytes(stats.token_bytes + stats.vector_bytes + stats.thumbnail_bytes));
  fmt::print("  coverage  {:.1f} %, widest gap {} from {} to {}\n",
             100 * stats.coverage.share,
             human_seconds(to_seconds(widest.length())),
             to_clock(widest.begin),
             to_clock(widest.end));
  for (const auto& gap : state.gaps) {
    fmt::print("  gap       {} from {} to {}: {}\n",
               human_seconds(to_seconds(gap.span.length())),
               to_clock(gap.span.begin),
               to_clock(gap.span.end),
               gap.reason == index::GapReason::not_seen ? "nobody saw it"
                                                        : "it could not be decoded");
  }
}

void show_video(const index::Store& store, const std::string& text, bool as_json) {
  const auto state = read_state(store, store.resolve_video(text));
  const auto names = store.video_names(state.video.id);
  if (as_json) return print_json(to_json(state, names));
  fmt::print("video       {}\n", printable(state.video.name));
  fmt::print("id          {} (content hash {})\n", state.short_id(), state.video.content_hash);
  for (const auto& name : names) fmt::print("path        {}\n", printable(name.path));
  const Json facts = parse_facts(state.video.facts_json);
  if (facts.contains("started") && facts["started"].is_string())
    fmt::print("live        since {}\n", printable(facts["started"].get<std::string>()));
  fmt::print("duration    {}\n", to_clock(state.video.end));
  fmt::print("size        {} x {}\n", state.video.width, state.video.height);
  print_content(state.stats);
  for (const auto& run : state.runs) print_run(run);
}

void show_store(const index::Store& store, bool as_json) {
  const auto stats = store.stats();
  MediaDuration total{0};
  for (const auto& video : store.videos()) total += video.end.since_start;
  if (as_json) {
    Json json{{"store", store.path()},
              {"file_bytes", stats.file_bytes},
              {"free_bytes", stats.free_bytes},
              {"videos", stats.num_videos},
              {"duration", to_seconds(total)},
              {"runs", stats.num_runs}};
    json.update(to_json(stats));
    return print_json(json);
  }
  fmt::print("store       {}\n", printable(store.path()));
  fmt::print("file        {}, of which {} free\n",
             human_bytes(stats.file_bytes),
             human_bytes(stats.free_bytes));
  fmt::print(
      "videos      {}, {} in all\n", human_count(stats.num_videos), to_clock(MediaTime{total}));
  fmt::print("runs        {}\n", human_count(stats.num_runs));
  print_content(stats);
}

}  // namespace

void add_info(CLI::App& root, Context& context) {
  auto* verb =
      root.add_subcommand("info", "Show what the token cache holds, in all or of one video");
  verb->footer(
      "Examples:\n"
      "  hindsight info\n"
      "  hindsight info gate.mp4          by name, path, or the id that 'hindsight ls' shows\n"
      "Exit codes: 0 done, 2 usage, 5 no such store or video, 6 a store that cannot be read.");
  struct Options {
    std::string video;
    bool as_json = false;
  };
  auto options = std::make_shared<Options>();
  verb->add_option("VIDEO", options->video, "A name, a path, or the beginning of an id");
  verb->add_flag("--json", options->as_json, "One JSON object on stdout");
  add_store_option(*verb, context);
  verb->callback([&context, options] {
    const auto store = index::Store::open(context.store_path, index::OpenMode::read);
    if (options->video.empty()) {
      show_store(store, options->as_json);
    } else {
      show_video(store, options->video, options->as_json);
    }
  });
}

}  // namespace hindsight::app
