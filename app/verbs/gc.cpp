#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/text.h"
#include "index/store.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr double kMaxDays = 36'500;

struct Options {
  double incomplete_days = 7;
  index::GcOptions gc;
  bool as_json = false;
};

void collect_garbage(const Context& context, Options options) {
  options.gc.incomplete_older_than_s =
      static_cast<std::int64_t>(options.incomplete_days * static_cast<double>(kSecondsPerDay));
  auto store = index::Store::open(context.store_path, index::OpenMode::update, {.purpose = "gc"});
  const auto report = store.collect_garbage(options.gc);
  if (options.as_json) {
    const Json json{{"store", store.path()},
                    {"dry_run", options.gc.dry_run},
                    {"runs", report.num_runs},
                    {"pairs", report.num_pairs},
                    {"tokens", report.num_tokens},
                    {"content_bytes", report.content_bytes},
                    {"file_bytes", report.file_bytes}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
    return;
  }
  fmt::print("{} {}, {}, {}: {} of content",
             options.gc.dry_run ? "would remove" : "removed",
             counted(report.num_runs, "run"),
             counted(report.num_pairs, "pair"),
             counted(report.num_tokens, "token"),
             human_bytes(report.content_bytes));
  if (!options.gc.dry_run) fmt::print("; the file is {} smaller", human_bytes(report.file_bytes));
  fmt::print("\n");
}

}  // namespace

void add_gc(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand("gc", "Drop what nothing refers to and give the space back");
  verb->footer(
      "Examples:\n"
      "  hindsight gc --dry-run\n"
      "  hindsight gc --incomplete-days 0 --superseded\n"
      "Exit codes: 0 done, 2 usage, 5 no store, 6 a store that cannot be written.");
  auto options = std::make_shared<Options>();
  verb->add_option("--incomplete-days",
                   options->incomplete_days,
                   "Drop incomplete runs that were not continued for this many days")
      ->check(CLI::Range(0.0, kMaxDays))
      ->capture_default_str();
  verb->add_flag("--superseded",
                 options->gc.superseded,
                 "Keep only the newest complete run of each video and model");
  verb->add_flag("--dry-run", options->gc.dry_run, "Only say what would go");
  verb->add_flag("--json", options->as_json, "One JSON object on stdout");
  add_store_option(*verb, context);
  verb->callback([&context, options] { collect_garbage(context, *options); });
}

}  // namespace hindsight::app
