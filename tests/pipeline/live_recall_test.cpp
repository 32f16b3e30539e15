// What is planned while a video goes on sees what a plan of the whole video sees: measured on
// rendered worlds, whose events are known.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
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

struct Truth {
  std::vector<TimeSpan> events;    ///< of a second or more
  std::vector<TimeSpan> openings;  ///< what hard cuts show first
};

Truth read_truth(const std::string& path) {
  // A sampler's opening, and the picture in which the cut falls.
  constexpr MediaDuration kOpening = std::chrono::milliseconds{800};
  Truth truth;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const auto event = nlohmann::json::parse(line);
    if (!event.contains("begin") || !event.contains("end")) continue;
    const TimeSpan span{MediaTime{from_seconds(event["begin"].get<double>())},
                        MediaTime{from_seconds(event["end"].get<double>())}};
    if (span.length() >= std::chrono::seconds{1}) truth.events.push_back(span);
    // Dissolves and fades last; their text is their own name.
    if (event["event"] == "cut" && event["text"] == "cut")
      truth.openings.push_back({span.begin, span.begin + kOpening});
  }
  return truth;
}

/// Events in which a pair begins.
std::int64_t num_seen(const std::vector<TimeSpan>& events, const Plan& plan) {
  return std::count_if(events.begin(), events.end(), [&](const TimeSpan& event) {
    return std::any_of(plan.pairs.begin(), plan.pairs.end(), [&](const TimeSpan& pair) {
      return event.contains(pair.begin);
    });
  });
}

double percent(std::int64_t part, std::size_t all) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

/// Over all videos.
struct Total {
  std::int64_t events = 0;
  std::int64_t openings = 0;
  std::int64_t tokens = 0;

  void add(const Truth& truth, const Plan& plan) {
    events += num_seen(truth.events, plan);
    openings += num_seen(truth.openings, plan);
    tokens += plan.tokens;
  }
};

}  // namespace

TEST_CASE("online and offline plans of the same bytes agree in recall within two points") {
  const test::TempDir dir;
  const auto world =
      (std::filesystem::path(test::hindsight_program()).parent_path() / "hindsight-world").string();
  std::size_t num_events = 0;
  std::size_t num_openings = 0;
  Total offline;
  Total online;
  for (const std::string family : {"table", "counter_queue", "programme"}) {
    CAPTURE(family);
    const auto video = dir.file(family + ".mp4");
    const auto made = test::run_command({world, "make", "--seed", "11", "--family", family,
                                         "--minutes", "3", "--out", video});
    REQUIRE_MESSAGE(made.exit_code == 0, made.err);
    const auto truth = read_truth(dir.file(family + ".events.jsonl"));
    num_events += truth.events.size();
    num_openings += truth.openings.size();
    offline.add(truth, plan_offline(video));
    online.add(truth, plan_online(video));
  }
  REQUIRE(num_events >= 150);
  REQUIRE(num_openings >= 10);
  CHECK(percent(online.events, num_events) >= percent(offline.events, num_events) - 2);
  CHECK(percent(online.events, num_events) >= 98);
  CHECK(percent(online.openings, num_openings) >= percent(offline.openings, num_openings) - 2);
  CHECK(static_cast<double>(online.tokens) <= 1.2 * static_cast<double>(offline.tokens));
  for (const auto& [name, total] : {std::pair("offline", offline), std::pair("online", online)}) {
    const std::string planned = name;
    MESSAGE(planned, ": ", total.events, " of ", num_events, " events, ", total.openings, " of ",
            num_openings, " openings, ", total.tokens, " tokens");
  }
}
