// What is planned while a video goes on sees what a plan of the whole video sees: measured on
// rendered worlds, whose events are known.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "ingest/live_stream.h"
#include "pipeline/live_planner.h"
#include "pipeline/live_reader.h"
#include "pipeline/stretch_planner.h"
#include "support/run_command.h"
#include "support/temp_dir.h"

using namespace hindsight;

namespace {

struct Plan {
  std::vector<TimeSpan> pairs;
  std::int64_t tokens = 0;

  void add(const sampler::StretchPlan& stretch) {
    for (const auto& pair : stretch.pairs) {
      pairs.push_back({pair.first, pair.second});
      tokens += pair.num_tokens();
    }
  }
};

Plan plan_offline(const std::string& path) {
  pipeline::StretchPlanner planner(path, ingest::scan_packets(path), {});
  Plan plan;
  while (const auto stretch = planner.next()) plan.add(*stretch);
  return plan;
}

Plan plan_online(const std::string& path) {
  sampler::PlanOptions options;
  options.stretch_length = options.coverage_floor;
  ingest::LiveStream stream({path, path}, {});
  pipeline::LivePlanner planner(options,
                                {stream.facts().display_width, stream.facts().display_height});
  Plan plan;
  pipeline::read_live(
      stream,
      planner,
      MediaDuration{0},
      {.on_stretch = [&](const sampler::StretchPlan& stretch) { plan.add(stretch); }});
  return plan;
}

/// Those of a second or more.
std::vector<TimeSpan> read_events(const std::string& path) {
  std::vector<TimeSpan> events;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto event = nlohmann::json::parse(line);
    if (!event.contains("begin") || !event.contains("end")) continue;
    const TimeSpan span{MediaTime{from_seconds(event["begin"].get<double>())},
                        MediaTime{from_seconds(event["end"].get<double>())}};
    if (span.length() >= std::chrono::seconds{1}) events.push_back(span);
  }
  return events;
}

/// Events in which a pair begins.
std::int64_t num_seen(const std::vector<TimeSpan>& events, const Plan& plan) {
  return std::count_if(events.begin(), events.end(), [&](const TimeSpan& event) {
    return std::any_of(plan.pairs.begin(), plan.pairs.end(), [&](const TimeSpan& pair) {
      return event.contains(pair.begin);
    });
  });
}

/// Over all videos.
struct Total {
  std::int64_t seen = 0;
  std::int64_t tokens = 0;

  void add(const std::vector<TimeSpan>& events, const Plan& plan) {
    seen += num_seen(events, plan);
    tokens += plan.tokens;
  }
  [[nodiscard]] double recall(std::size_t events) const {
    return 100.0 * static_cast<double>(seen) / static_cast<double>(events);
  }
};

}  // namespace

TEST_CASE("online and offline plans of the same bytes agree in recall within two points") {
  const test::TempDir dir;
  const auto world =
      (std::filesystem::path(test::hindsight_program()).parent_path() / "hindsight-world").string();
  std::size_t num_events = 0;
  Total offline;
  Total online;
  for (const std::string family : {"table", "counter_queue"}) {
    CAPTURE(family);
    const auto video = dir.file(family + ".mp4");
    const auto made = test::run_command({world, "make", "--seed", "11", "--family", family,
                                         "--minutes", "3", "--out", video});
    REQUIRE_MESSAGE(made.exit_code == 0, made.err);
    const auto events = read_events(dir.file(family + ".events.jsonl"));
    num_events += events.size();
    offline.add(events, plan_offline(video));
    online.add(events, plan_online(video));
  }
  REQUIRE(num_events >= 80);
  CHECK(online.recall(num_events) >= offline.recall(num_events) - 2);
  CHECK(online.recall(num_events) >= 98);
  CHECK(static_cast<double>(online.tokens) <= 1.2 * static_cast<double>(offline.tokens));
  MESSAGE(num_events,
          " events, offline ",
          offline.recall(num_events),
          " % with ",
          offline.tokens,
          " tokens, online ",
          online.recall(num_events),
          " % with ",
          online.tokens);
}
