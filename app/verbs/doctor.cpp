#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/checkup.h"
#include "app/text.h"
#include "core/error.h"

namespace hindsight::app {
namespace {

std::string_view to_string(Check::Verdict verdict) {
  switch (verdict) {
    case Check::Verdict::ok:
      return "ok";
    case Check::Verdict::warning:
      return "warning";
    case Check::Verdict::failure:
      return "failure";
  }
  return "failure";
}

/// A check that cannot even be made is a finding, not the end of the others.
Check guarded(const char* name, const std::function<Check()>& check) {
  try {
    return check();
  } catch (const Error& e) {
    return {.name = name,
            .verdict = Check::Verdict::failure,
            .finding = e.what(),
            .fix = "see the message"};
  }
}

void run_doctor(Context& context, bool json) {
  nlohmann::ordered_json report = nlohmann::ordered_json::array();
  bool failed = false;
  const auto show = [&](const Check& check) {
    failed = failed || check.verdict == Check::Verdict::failure;
    if (json) {
      report.push_back({{"check", check.name},
                        {"verdict", to_string(check.verdict)},
                        {"finding", check.finding},
                        {"fix", check.fix}});
      return;
    }
    fmt::print("{:<9} {:<8} {}\n", check.name, to_string(check.verdict), printable(check.finding));
    if (!check.fix.empty()) fmt::print("{:<18} to mend it: {}\n", "", check.fix);
    std::fflush(stdout);
  };
  show(guarded("codecs", check_codecs));
  show(guarded("libtorch", check_libtorch));
  show(guarded("memory", check_memory));
  show(guarded("model", [&] { return check_model(context); }));
  show(guarded("store", [&] { return check_store(context); }));
  if (json)
    fmt::print("{}\n",
               report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  if (failed) context.exit_code = static_cast<int>(ErrorCode::partial);
}

}  // namespace

void add_doctor(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand(
      "doctor",
      "Check codecs, libtorch and its BLAS, memory, model and store, and say how to mend them");
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  auto json = std::make_shared<bool>(false);
  verb->add_flag("--json", *json, "One JSON array on stdout");
  verb->footer(
      "Exit code: 0 when nothing fails (warnings may be there), 4 when a check fails.\n\n"
      "Example:\n  hindsight doctor --model ~/models/Qwen2-VL-2B-Instruct");
  verb->callback([&context, json] { run_doctor(context, *json); });
}

}  // namespace hindsight::app
