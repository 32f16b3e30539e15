#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/text.h"
#include "core/error.h"
#include "index/store.h"

namespace hindsight::app {
namespace {

using Json = nlohmann::ordered_json;

void verify_store(Context& context, bool as_json) {
  const auto store = index::Store::open(context.store_path, index::OpenMode::read);
  const auto report = store.verify();
  if (as_json) {
    const Json json{{"store", store.path()},
                    {"sound", report.faults.empty()},
                    {"content_hash", report.content_hash},
                    {"blobs", report.num_blobs},
                    {"bytes", report.bytes_checked},
                    {"faults", report.faults}};
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    for (const auto& fault : report.faults) fmt::print("fault    {}\n", printable(fault));
    fmt::print("content  {}\n",
               report.content_hash.empty() ? "could not be read" : report.content_hash);
    fmt::print(
        "checked  {}, {}: {}\n",
        counted(report.num_blobs, "blob"),
        human_bytes(report.bytes_checked),
        report.faults.empty() ? "all sound"
                              : counted(static_cast<std::int64_t>(report.faults.size()), "fault"));
  }
  if (report.faults.empty()) return;
  context.exit_code = static_cast<int>(ErrorCode::store);
  context.logger.log(LogLevel::error,
                     "the token cache '{}' is damaged; remove the videos concerned with 'hindsight "
                     "rm' and ingest them "
                     "again, or restore a copy",
                     store.path());
}

}  // namespace

void add_verify(CLI::App& root, Context& context) {
  auto* verb =
      root.add_subcommand("verify", "Check every checksum of the token cache and hash its content");
  verb->footer(
      "The hash covers what was looked at and what was seen, not ids, order, names or file layout: "
      "two caches with\n"
      "equal hashes give equal answers.  Exit code 6 when something does not match.\n"
      "Examples:\n"
      "  hindsight verify\n"
      "  hindsight verify --json | jq -r .content_hash");
  auto as_json = std::make_shared<bool>(false);
  verb->add_flag("--json", *as_json, "One JSON object on stdout");
  add_store_option(*verb, context);
  verb->callback([&context, as_json] { verify_store(context, *as_json); });
}

}  // namespace hindsight::app
