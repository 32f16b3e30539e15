#include "app/live_plan.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "app/interrupts.h"
#include "app/live_line.h"
#include "app/text.h"
#include "app/video_plan.h"
#include "ingest/live_stream.h"
#include "pipeline/live_planner.h"
#include "pipeline/live_reader.h"

namespace hindsight::app {
namespace {

class LivePlanOutput {
 public:
  explicit LivePlanOutput(bool as_json) : as_json_(as_json) {}

  void begin(const ingest::LiveStream& stream) const {
    if (as_json_) {
      fmt::print("{}\n", live_ndjson(stream.name(), stream.facts()));
    } else {
      fmt::print("{}\n\nfrom          to            size       tokens  reason\n",
                 live_line(stream.name(), stream.facts()));
    }
    std::fflush(stdout);
  }

  void step(sampler::StretchPlan plan, MediaTime seen) {
    std::ranges::sort(plan.pairs, {}, &sampler::PlannedPair::first);
    for (const auto& pair : plan.pairs) print(pair, seen);
    std::fflush(stdout);
  }

  void gap(const TimeSpan& span) {
    if (as_json_) {
      fmt::print(R"({{"type":"gap","from":{},"to":{}}})" "\n",
                 to_decimal_seconds(span.begin),
                 to_decimal_seconds(span.end));
    } else {
      fmt::print("{}  {}  gap\n", to_clock(span.begin), to_clock(span.end));
    }
    std::fflush(stdout);
    ++gaps_;
  }

  void end(MediaTime seen, MediaDuration lag, const ingest::LiveStats& stats) const {
    if (as_json_) {
      fmt::print(
          R"({{"type":"end","duration":{},"pairs":{},"tokens":{},"gaps":{},"longest_lag":{},)"
          R"("frames_decoded":{},"most_kept_packets":{},"most_kept_bytes":{}}})"
          "\n",
          to_decimal_seconds(seen),
          pairs_,
          tokens_,
          gaps_,
          to_decimal_seconds(MediaTime{lag}),
          stats.frames_decoded,
          stats.most_kept_packets,
          stats.most_kept_bytes);
    } else {
      fmt::print("\n{} of video, {}, {}, {}; decided at most {:.1f} s after it was seen, {} of "
                 "packets kept\n",
                 human_seconds(to_seconds(seen)),
                 counted(pairs_, "pair"),
                 counted(tokens_, "token"),
                 counted(gaps_, "gap"),
                 to_seconds(lag),
                 human_bytes(static_cast<std::int64_t>(stats.most_kept_bytes)));
    }
  }

 private:
  void print(const sampler::PlannedPair& pair, MediaTime seen) {
    ++pairs_;
    tokens_ += pair.num_tokens();
    if (as_json_) {
      fmt::print(
          R"({{"type":"pair","from":{},"to":{},"width":{},"height":{},"tokens":{},)"
          R"("reason":"{}","seen":{}}})"
          "\n",
          to_decimal_seconds(pair.first),
          to_decimal_seconds(pair.second),
          pair.width,
          pair.height,
          pair.num_tokens(),
          to_string(pair.reason),
          to_decimal_seconds(seen));
    } else {
      fmt::print("{}\n", pair_row(pair));
    }
  }

  bool as_json_;
  std::int64_t pairs_ = 0;
  std::int64_t tokens_ = 0;
  std::int64_t gaps_ = 0;
};

}  // namespace

void plan_live(const ingest::Source& source,
               const sampler::PlanOptions& plan,
               const ingest::LiveOptions& options,
               MediaDuration length,
               bool as_json,
               Context& context) {
  Interrupts interrupts({.on_first = [] {}, .on_second = [] {}});
  ingest::LiveStream stream(source, options, interrupts.finish(), context.logger);
  pipeline::LivePlanner planner(plan,
                                {stream.facts().display_width, stream.facts().display_height});
  LivePlanOutput output(as_json);
  output.begin(stream);
  MediaTime seen;
  const pipeline::LiveEvents events{
      .on_frame =
          [&](MediaTime time) {
            seen = time;
            return true;
          },
      .on_step =
          [&](sampler::StretchPlan step, int) {
            output.step(step, seen);
            return step;
          },
      .on_gap = [&](const TimeSpan& gap) { output.gap(gap); }};
  pipeline::read_live(stream, planner, length, events);
  output.end(seen, planner.longest_lag(), stream.stats());
}

}  // namespace hindsight::app
