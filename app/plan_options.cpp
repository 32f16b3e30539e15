#include "app/plan_options.h"

#include <functional>
#include <string>

#include "core/media_time.h"

namespace hindsight::app {
namespace {

void add_duration(CLI::App& verb,
                  const std::string& name,
                  MediaDuration& value,
                  const std::string& help) {
  const std::function<void(const std::string&)> assign = [&value, name](const std::string& text) {
    const auto time = parse_time(text);
    if (!time)
      throw CLI::ValidationError(name, "'" + text + "' is not a time like 20, 20s or 1:30");
    value = time->since_start;
  };
  verb.add_option_function(name, assign, help)
      ->type_name("TIME")
      ->default_str(to_decimal_seconds(MediaTime{value}));
}

}  // namespace

void add_plan_options(CLI::App& verb, sampler::PlanOptions& options) {
  verb.add_option(
          "--tokens-per-hour", options.tokens_per_hour, "Visual tokens an hour of video, at most")
      ->group("Plan");
  verb.add_option("--max-tokens",
                  options.max_tokens,
                  "Visual tokens of the whole video, at most; 0: no limit")
      ->group("Plan");
  verb.add_option("--min-pair-tokens", options.min_pair_tokens, "Tokens of an empty picture")
      ->group("Plan");
  verb.add_option("--max-pair-tokens", options.max_pair_tokens, "Tokens of a busy picture, at most; the model may set less")
      ->group("Plan");
  add_duration(verb,
               "--coverage-floor",
               options.coverage_floor,
               "No stretch of this length goes without a look");
  add_duration(verb,
               "--stretch-length",
               options.stretch_length,
               "What is planned, encoded and committed as one");
  verb.add_flag("--exact",
                options.exact,
                "Decode all that may hold a cut, a dissolve or a fade; packets alone tell none")
      ->group("Plan");
  verb.add_flag("--every-frame",
                options.every_frame,
                "Decode every frame, also where packets and key frames say that nothing happens")
      ->group("Plan");
  verb.add_flag("--encode-repeats",
                options.encode_repeats,
                "Encode also pairs that show what an earlier one shows")
      ->group("Plan");
  for (const auto* name : {"--coverage-floor", "--stretch-length"})
    verb.get_option(name)->group("Plan");
}

}  // namespace hindsight::app
