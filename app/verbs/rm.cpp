#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/text.h"
#include "index/store.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;

/// The videos that were named, each once; throws before anything is removed.
std::vector<index::VideoRecord> resolve_all(const index::Store& store,
                                            const std::vector<std::string>& names) {
  std::vector<index::VideoRecord> videos;
  for (const auto& name : names) {
    auto video = store.resolve_video(name, index::NameMatch::exact);
    const bool known = std::any_of(
        videos.begin(), videos.end(), [&](const auto& other) { return other.id == video.id; });
    if (!known) videos.push_back(std::move(video));
  }
  return videos;
}

Json to_json(const index::VideoRecord& video, const index::RemovalReport& report) {
  return {{"name", video.name},
          {"content_hash", video.content_hash},
          {"runs", report.num_runs},
          {"pairs", report.num_pairs},
          {"tokens", report.num_tokens},
          {"content_bytes", report.content_bytes},
          {"file_bytes", report.file_bytes}};
}

void remove_videos(const Context& context, const std::vector<std::string>& names, bool as_json) {
  auto store = index::Store::open(context.store_path,
                                  index::OpenMode::update,
                                  {.purpose = fmt::format("rm {}", fmt::join(names, " "))});
  Json removed = Json::array();
  for (const auto& video : resolve_all(store, names)) {
    const auto report = store.remove_video(video.id);
    removed.push_back(to_json(video, report));
    if (as_json) continue;
    fmt::print("removed {}: {}, {}, {}; the file is {} smaller\n",
               printable(video.name),
               counted(report.num_runs, "run"),
               counted(report.num_pairs, "pair"),
               counted(report.num_tokens, "token"),
               human_bytes(report.file_bytes));
  }
  if (!as_json) return;
  const Json json{{"store", store.path()}, {"removed", removed}};
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

void add_rm(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand(
      "rm", "Remove videos and everything that only they use from the token cache");
  verb->footer(
      "The video files themselves are not touched.\n"
      "Examples:\n"
      "  hindsight rm gate.mp4\n"
      "  hindsight rm 3f2a91c0 yard.mkv     ids as 'hindsight ls' shows them\n"
      "Exit codes: 0 done, 2 usage, 5 no such store or video, 6 a store that cannot be written.");
  struct Options {
    std::vector<std::string> videos;
    bool as_json = false;
  };
  auto options = std::make_shared<Options>();
  verb->add_option("VIDEO", options->videos, "Whole names, paths, or beginnings of ids")
      ->required();
  verb->add_flag("--json", options->as_json, "One JSON object on stdout");
  add_store_option(*verb, context);
  verb->callback(
      [&context, options] { remove_videos(context, options->videos, options->as_json); });
}

}  // namespace hindsight::app
