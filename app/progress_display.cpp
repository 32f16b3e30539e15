#include "app/progress_display.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/text.h"
#include "core/media_time.h"

namespace hindsight::app {
namespace {

using Clock = std::chrono::steady_clock;

/// What can be said of the whole job while it runs.
struct Standing {
  double share = 0;     ///< of the video that this and earlier jobs have encoded
  double realtime = 0;  ///< seconds of video a second, in this job
  std::optional<double> seconds_left;
  const char* stage = "plan";
};

Standing standing_of(const pipeline::IngestProgress& progress, double elapsed) {
  Standing standing;
  const double end = to_seconds(progress.end);
  const double encoded = to_seconds(progress.encoded);
  const double done = encoded - to_seconds(progress.start);
  if (end > 0) standing.share = std::clamp(encoded / end, 0.0, 1.0);
  if (elapsed > 0) standing.realtime = done / elapsed;
  if (standing.realtime > 0 && !progress.live)
    standing.seconds_left = std::max(0.0, end - encoded) / standing.realtime;
  if (progress.counters.pairs_encoded + progress.counters.pairs_reused > 0)
    standing.stage = "encode";
  if (progress.committed >= progress.end) standing.stage = "commit";
  return standing;
}

}  // namespace

std::string to_bar(const std::string& name,
                   const pipeline::IngestProgress& progress,
                   double elapsed,
                   int width) {
  if (progress.live) {
    const auto& counters = progress.counters;
    return fmt::format("{}  live {}  stored {}  {} pairs",
                       name,
                       to_clock(progress.end),
                       to_clock(progress.committed),
                       counters.pairs_encoded + counters.pairs_same);
  }
  const auto standing = standing_of(progress, elapsed);
  const int filled = static_cast<int>(standing.share * width);
  return fmt::format("{} [{:=<{}}{: <{}}] {:3.0f} %  {:<6}  {:.1f}x realtime  {} pairs  {}",
                     name,
                     "",
                     filled,
                     "",
                     width - filled,
                     standing.share * 100,
                     standing.stage,
                     standing.realtime,
                     progress.counters.pairs_encoded + progress.counters.pairs_reused +
                         progress.counters.pairs_same,
                     standing.seconds_left ? "ETA " + human_seconds(*standing.seconds_left) : "");
}

std::string to_ndjson(const std::string& name,
                      const pipeline::IngestProgress& progress,
                      double elapsed) {
  const auto standing = standing_of(progress, elapsed);
  nlohmann::ordered_json line{{"type", "progress"},
                              {"video", name},
                              {"stage", standing.stage},
                              {"elapsed_s", elapsed},
                              {"planned", to_seconds(progress.planned)},
                              {"encoded", to_seconds(progress.encoded)},
                              {"committed", to_seconds(progress.committed)},
                              {"duration", to_seconds(progress.end)},
                              {"realtime", standing.realtime},
                              {"frames_decoded", progress.counters.frames_decoded},
                              {"pairs_encoded", progress.counters.pairs_encoded},
                              {"pairs_reused", progress.counters.pairs_reused},
                              {"pairs_same", progress.counters.pairs_same},
                              {"tokens", progress.counters.tokens}};
  if (progress.live) line["live"] = true;
  line["eta_s"] = standing.seconds_left ? nlohmann::ordered_json(*standing.seconds_left) : nullptr;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string log_ndjson(LogLevel level, std::string_view line) {
  static constexpr std::array<const char*, 5> names{"error", "warning", "info", "debug", "trace"};
  return nlohmann::ordered_json{
      {"type", "log"}, {"level", names.at(static_cast<std::size_t>(level))}, {"message", line}}
      .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

struct ProgressDisplay::Impl {
  ProgressStyle style;
  std::string name;
  std::function<pipeline::IngestProgress()> read;
  Clock::time_point begin = Clock::now();
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread writer;  // last: it uses everything above

  void write_until(std::stop_token stop) {
    const auto period = std::chrono::milliseconds{style == ProgressStyle::bar ? 200 : 1000};
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      write();
      wake.wait_for(lock, stop, period, [] { return false; });
    }
  }

  void write() const {
    const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
    if (style == ProgressStyle::bar) {
      fmt::print(stderr, "\r{}\033[K", printable(to_bar(name, read(), elapsed)));
    } else {
      fmt::print(stderr, "{}\n", to_ndjson(name, read(), elapsed));
    }
    std::fflush(stderr);
  }
};

ProgressDisplay::ProgressDisplay(ProgressStyle style,
                                 std::string name,
                                 std::function<pipeline::IngestProgress()> read)
    : impl_(std::make_unique<Impl>()) {
  impl_->style = style;
  impl_->name = std::move(name);
  impl_->read = std::move(read);
  if (style == ProgressStyle::none) return;
  impl_->writer =
      std::jthread([impl = impl_.get()](std::stop_token stop) { impl->write_until(stop); });
}

ProgressDisplay::~ProgressDisplay() {
  if (impl_->style == ProgressStyle::none) return;
  impl_->writer.request_stop();
  impl_->writer.join();
  if (impl_->style == ProgressStyle::bar) {
    fmt::print(stderr, "\r\033[K");
  } else {
    impl_->write();
  }
  std::fflush(stderr);
}

}  // namespace hindsight::app
