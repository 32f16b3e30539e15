#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/text.h"
#include "app/video_state.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const VideoState& state) {
  return {{"id", state.short_id()},
          {"content_hash", state.video.content_hash},
          {"name", state.video.name},
          {"path", state.video.path},
          {"duration", to_seconds(state.video.end)},
          {"pairs", state.stats.num_pairs},
          {"tokens", state.stats.num_tokens},
          {"bytes", state.content_bytes()},
          {"models", state.model_names()},
          {"runs", state.stats.num_runs},
          {"complete", !state.runs.empty() && state.runs.front().run.complete},
          {"done", state.share_done()}};
}

void print_table(const std::vector<VideoState>& states) {
  std::size_t name_width = 4;
  for (const auto& state : states) name_width = std::max(name_width, state.video.name.size());
  fmt::print("{:<8}  {:<{}}  {:>12}  {:>8}  {:>11}  {:>7}  {:>5}  {}\n",
             "ID",
             "NAME",
             name_width,
             "DURATION",
             "PAIRS",
             "TOKENS",
             "SIZE",
             "DONE",
             "MODELS");
  for (const auto& state : states) {
    fmt::print("{:<8}  {:<{}}  {:>12}  {:>8}  {:>11}  {:>7}  {:>4.0f}%  {}\n",
               state.short_id(),
               printable(state.video.name),
               name_width,
               to_clock(state.video.end),
               human_count(state.stats.num_pairs),
               human_count(state.stats.num_tokens),
               human_bytes(state.content_bytes()),
               // 100 is for the finished alone.
               state.share_done() < 1 ? std::min(99.0, 100 * state.share_done()) : 100.0,
               printable(fmt::format("{}", fmt::join(state.model_names(), ", "))));
  }
}

void list_videos(const Context& context, bool as_json) {
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  std::vector<VideoState> states;
  for (const auto& video : store.videos()) states.push_back(read_state(store, video));
  if (as_json) {
    Json videos = Json::array();
    for (const auto& state : states) videos.push_back(to_json(state));
    const Json json{{"store", store.path()}, {"videos", videos}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
  } else if (states.empty()) {
    context.logger.info(
        "the token cache '{}' holds no video yet; add one with 'hindsight ingest VIDEO'",
        store.path());
  } else {
    print_table(states);
  }
}

}  // namespace

void add_ls(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand("ls", "List the videos in the token cache");
  verb->footer(
      "Examples:\n"
      "  hindsight ls\n"
      "  hindsight ls --json | jq -r '.videos[] | select(.complete | not) | .path'\n"
      "Exit codes: 0 done, 2 usage, 5 no store, 6 a store that cannot be read.");
  auto as_json = std::make_shared<bool>(false);
  verb->add_flag("--json", *as_json, "One JSON object on stdout");
  add_store_option(*verb, context);
  verb->callback([&context, as_json] { list_videos(context, *as_json); });
}

}  // namespace hindsight::app
