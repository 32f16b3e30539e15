#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/choice.h"
#include "app/context.h"
#include "app/output_file.h"
#include "app/text.h"
#include "core/error.h"
#include "index/store.h"
#include "index/token_codec.h"
#include "model/safetensors.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;
using model::ElementType;

/// Pairs read at a time: bounds the memory, whatever the video's length.
constexpr std::size_t kPairsAtOnce = 64;

struct Options {
  std::string video;
  std::string output;
  std::int64_t run_id = 0;
  bool force = false;
  bool as_json = false;
};

/// The run that was asked for, else the newest complete one, else the newest.
index::RunRecord choose_run(const index::Store& store,
                            const index::VideoRecord& video,
                            std::int64_t run_id) {
  const auto runs = store.runs(video.id);
  if (runs.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("nothing of {} has been encoded yet; run 'hindsight ingest' on it",
                            video.name));
  }
  const auto wanted = std::find_if(runs.begin(), runs.end(), [&](const auto& run) {
    return run_id != 0 ? run.id == run_id : run.complete;
  });
  if (wanted != runs.end()) return *wanted;
  if (run_id == 0) return runs.front();
  throw Error(ErrorCode::not_found,
              fmt::format("{} has no run {}; see 'hindsight info {}'",
                          video.name,
                          run_id,
                          shell_quoted(video.name)));
}

/// What is written of the pairs besides their tokens, one row a pair.
struct PairTable {
  std::vector<std::int64_t> frame_times_ns;  ///< [P, 2]
  std::vector<std::int64_t> covers_ns;       ///< [P, 2]
  std::vector<std::int64_t> sizes;           ///< [P, 2] width, height
  std::vector<std::int64_t> order;           ///< [P, 2] stretch, rank
  std::vector<std::int64_t> same_as;         ///< [P] the row whose tokens it has, too; else -1
  std::vector<std::int64_t> offsets{0};      ///< [P + 1] rows of `tokens`
};

PairTable make_table(std::span<const index::StoredPair> pairs) {
  PairTable table;
  std::map<std::int64_t, std::int64_t> rows;
  for (const auto& pair : pairs) rows.emplace(pair.id, std::ssize(rows));
  for (const auto& pair : pairs) {
    table.frame_times_ns.insert(table.frame_times_ns.end(), {pair.first.ns(), pair.second.ns()});
    table.covers_ns.insert(table.covers_ns.end(), {pair.covers.begin.ns(), pair.covers.end.ns()});
    table.sizes.insert(table.sizes.end(), {pair.width, pair.height});
    table.order.insert(table.order.end(), {pair.stretch, pair.rank});
    table.same_as.push_back(pair.same_as ? rows.at(pair.original_id) : -1);
    table.offsets.push_back(table.offsets.back() + pair.num_tokens);
  }
  return table;
}

void write_tokens(const index::Store& store,
                  std::span<const index::StoredPair> pairs,
                  model::SafetensorsWriter& writer) {
  for (std::size_t begin = 0; begin < pairs.size(); begin += kPairsAtOnce) {
    std::vector<std::int64_t> ids;
    for (const auto& pair : pairs.subspan(begin, std::min(kPairsAtOnce, pairs.size() - begin)))
      ids.push_back(pair.id);
    const auto tokens = store.read_tokens(ids);
    writer.write_values(std::span<const float>(tokens.values));
  }
}

void write_file(const index::Store& store,
                const index::VideoRecord& video,
                const index::RunRecord& run,
                std::span<const index::StoredPair> pairs,
                const std::string& output) {
  const PairTable table = make_table(pairs);
  const auto num_pairs = static_cast<std::int64_t>(pairs.size());
  const std::vector<model::TensorSpec> specs{
      {"frame_times_ns", ElementType::i64, {num_pairs, 2}},
      {"covers_ns", ElementType::i64, {num_pairs, 2}},
      {"sizes", ElementType::i64, {num_pairs, 2}},
      {"stretch_and_rank", ElementType::i64, {num_pairs, 2}},
      {"same_as", ElementType::i64, {num_pairs}},
      {"token_offsets", ElementType::i64, {num_pairs + 1}},
      {"tokens", ElementType::f32, {table.offsets.back(), run.token_width}},
  };
  model::SafetensorsWriter writer(output,
                                  specs,
                                  {{"video", video.name},
                                   {"content_hash", video.content_hash},
                                   {"model", run.model_name},
                                   {"model_fingerprint", run.model_fingerprint},
                                   {"preprocessing", run.preprocessing},
                                   {"plan_settings", run.plan_settings},
                                   {"codec", std::string(index::to_string(run.codec))},
                                   {"complete", run.complete ? "true" : "false"}});
  for (const auto* column : {&table.frame_times_ns,
                             &table.covers_ns,
                             &table.sizes,
                             &table.order,
                             &table.same_as,
                             &table.offsets}) {
    writer.write_values(std::span<const std::int64_t>(*column));
  }
  write_tokens(store, pairs, writer);
  writer.finish();
}

void export_video(const Context& context, const Options& options) {
  check_output(options.output, context.store_path, "token cache", options.force);
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  const auto video = store.resolve_video(options.video);
  const auto run = choose_run(store, video, options.run_id);
  auto pairs = store.pairs(run.id);
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.first, a.second, a.rank) < std::tuple(b.first, b.second, b.rank);
  });
  write_file(store, video, run, pairs, options.output);
  if (!run.complete) {
    context.logger.warn(
        "run {} of {} is incomplete: only what is done so far was written", run.id, video.name);
  }
  std::int64_t num_tokens = 0;
  for (const auto& pair : pairs) num_tokens += pair.num_tokens;
  std::error_code ignored;
  const auto file_bytes = std::filesystem::file_size(options.output, ignored);
  const auto num_bytes = static_cast<std::int64_t>(ignored ? 0 : file_bytes);
  if (options.as_json) {
    const Json json{{"output", options.output},
                    {"video", video.name},
                    {"run", run.id},
                    {"complete", run.complete},
                    {"pairs", pairs.size()},
                    {"tokens", num_tokens},
                    {"bytes", num_bytes}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
    return;
  }
  fmt::print("wrote {}: {}, {}, {}\n",
             printable(options.output),
             counted(static_cast<std::int64_t>(pairs.size()), "pair"),
             counted(num_tokens, "token"),
             human_bytes(num_bytes));
}

}  // namespace

void add_export(CLI::App& root, Context& context) {
  auto* verb =
      root.add_subcommand("export", "Write a video's tokens and times as a safetensors file");
  verb->footer(
      "Tensors, pairs by time: frame_times_ns [P, 2], covers_ns [P, 2], sizes [P, 2] (width, "
      "height),\n"
      "stretch_and_rank [P, 2], same_as [P] (the earlier pair that shows the same, or -1),\n"
      "token_offsets [P + 1], tokens [N, d] (float32); pair i has the tokens\n"
      "token_offsets[i] .. token_offsets[i + 1].\n"
      "Examples:\n"
      "  hindsight export gate.mp4 --output gate.safetensors\n"
      "  hindsight export gate.mp4 --run 3 --output gate.safetensors --force   runs as 'hindsight "
      "info' shows them\n"
      "Exit codes: 0 done, 2 usage or the file exists, 5 no such store or video, 6 a store that "
      "cannot be read\n"
      "or a file that cannot be written.");
  auto options = std::make_shared<Options>();
  verb->add_option("VIDEO", options->video, "A name, a path, or the beginning of an id")
      ->required();
  verb->add_option("-o,--output", options->output, "The file to write")->required();
  verb->add_option("--run",
                   options->run_id,
                   "A run of the video; 0: the newest complete one, else the newest")
      ->check(not_negative());
  verb->add_flag("--force", options->force, "Replace an existing file");
  verb->add_flag("--json", options->as_json, "One JSON object on stdout");
  add_store_option(*verb, context);
  verb->callback([&context, options] { export_video(context, *options); });
}

}  // namespace hindsight::app
