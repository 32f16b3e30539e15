#include "app/live_options.h"

#include <algorithm>
#include <chrono>

namespace hindsight::app {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace

void add_live_options(CLI::App& verb, LiveArguments& arguments) {
  // No recording is longer than a century.
  const auto seconds = [&](const char* name, double& value, const char* help) {
    verb.add_option(name, value, help)
        ->transform(CLI::AsNumberWithUnit(
            std::map<std::string, double>{{"s", 1}, {"m", 60}, {"h", 3600}},
            CLI::AsNumberWithUnit::CASE_INSENSITIVE))
        ->type_name("TIME")
        ->check(CLI::Range(0.0, 3.2e9))
        ->group("Live");
  };
  verb.add_flag("--live",
                arguments.live,
                "Read what is named once, as it comes; cameras (rtsp://, srt://, udp://, …) and "
                "playlists without an end are read so anyway")
      ->group("Live");
  seconds("--for",
          arguments.for_seconds,
          "Stop after so much of the stream: 90s, 10m, 8h; 0: at its end");
  seconds("--reconnect",
          arguments.again_seconds,
          "A broken connection is tried again for so long; 0: it is the end");
  seconds("--silence", arguments.silence_seconds, "A source that is silent for so long is broken");
}

ingest::LiveOptions to_live_options(const LiveArguments& arguments,
                                    const ingest::ReaderOptions& reader,
                                    int threads) {
  ingest::LiveOptions options;
  options.stream = reader.stream;
  options.limits = reader.limits;
  if (threads > 0) options.threads = threads;
  options.stall = std::max(100ms, to_milliseconds(arguments.silence_seconds));
  options.patience = to_milliseconds(arguments.again_seconds);
  return options;
}

void shorten_stretches(sampler::PlanOptions& plan) {
  plan.stretch_length = std::max<MediaDuration>(20s, plan.coverage_floor);
}

}  // namespace hindsight::app
