#include "app/reader_options.h"

#include <cstdint>
#include <functional>
#include <limits>

namespace hindsight::app {
namespace {

constexpr const char* kGroup = "Limits of what a file may claim";
// FFmpeg gives up there by itself.
constexpr int kMostStreams = 1000;

}  // namespace

void add_limit_options(CLI::App& verb, ingest::InputLimits& limits) {
  const CLI::Range counts(std::int64_t{1}, std::numeric_limits<std::int64_t>::max());
  verb.add_option("--max-pixels", limits.max_pixels, "Pixels of a picture; more is refused")
      ->check(counts.description("AT LEAST 1"))
      ->group(kGroup);
  verb.add_option("--max-streams", limits.max_streams, "Streams of a file; more is refused")
      ->check(CLI::Range(1, kMostStreams))
      ->group(kGroup);
  verb.add_option(
          "--max-packets", limits.max_packets, "Packets of the video stream; more is refused")
      ->check(counts.description("AT LEAST 1"))
      ->group(kGroup);
  const std::function<void(const int&)> assign = [&limits](const int& hours) {
    limits.max_length = std::chrono::hours{hours};
  };
  verb.add_option_function(
          "--max-hours", assign, "Hours from the first picture on; a later time counts as missing")
      ->check(CLI::Range(1, static_cast<int>(ingest::kLongestLength / std::chrono::hours{1})))
      ->default_str(std::to_string(limits.max_length / std::chrono::hours{1}))
      ->group(kGroup);
}

void add_reader_options(CLI::App& verb, ingest::ReaderOptions& options) {
  verb.add_option("--stream", options.stream, "Number of the video stream; -1: the best one")
      ->check(CLI::Range(-1, 1'000'000));
  add_limit_options(verb, options.limits);
}

}  // namespace hindsight::app
