#include "pipeline/stretch_planner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/error.h"
#include "pipeline/detail/hole_watch.h"
#include "pipeline/detail/ladder_reader.h"
#include "pipeline/detail/rung_meter.h"
#include "pipeline/detail/small_pictures.h"
#include "sampler/budget.h"
#include "sampler/detail.h"
#include "sampler/small_picture.h"
#include "sampler/stretch.h"

namespace hindsight::pipeline {
namespace {

using sampler::SmallPicture;

sampler::PacketProfile profile_of(const ingest::PacketScan& scan) {
  sampler::PacketProfile profile{scan.bin_length, {}};
  for (const auto& bin : scan.bins) profile.change_bytes.push_back(bin.other_bytes);
  return profile;
}

sampler::PictureSize display_of(const ingest::StreamFacts& facts) {
  return {std::max(1, facts.display_width), std::max(1, facts.display_height)};
}

}  // namespace

struct StretchPlanner::Impl {
  /// `own`: the owner of `reader`, or empty.
  Impl(std::unique_ptr<ingest::VideoReader> own,
       ingest::VideoReader& used,
       const ingest::PacketScan& scanned,
       const sampler::PlanOptions& plan_options,
       const PlanPosition& start,
       const Logger& logger)
      : options(plan_options),
        scan(scanned),
        watch(scan),
        budgets(sampler::cumulative_budgets(scan.end, plan_options, profile_of(scan))),
        position(start),
        own_reader(std::move(own)),
        reader(used),
        display(display_of(reader.facts())),
        ladder(reader, scan, watch, options) {
    if (start.stretch < 0 || start.stretch > num_stretches() || start.tokens_spent < 0) {
      throw Error(ErrorCode::internal, "planning is asked to go on outside of the video");
    }
    const int least = sampler::least_tokens(display, options);
    if (budgets.back() < least) {
      logger.warn(
          "the budget of {} tokens for this video does not hold its smallest pair, {} tokens: "
          "nothing is chosen; raise --tokens-per-hour or --max-tokens, or lower --min-pair-tokens",
          budgets.back(),
          least);
    }
  }

  [[nodiscard]] int num_stretches() const { return static_cast<int>(budgets.size()); }

  /// Reads on, from `begin`, until a frame at or after `until` is there.  False when the caller
  /// asked to stop.
  bool read_until(MediaTime begin, MediaTime until, const OnFrame& on_frame) {
    while (!at_end && (pictures.empty() || pictures.back().time < until)) {
      const auto frame = reader.next();
      if (!frame) {
        at_end = true;
        break;
      }
      if (on_frame && !on_frame(frame->time())) return false;
      // After a seek the first frame may be one that is known, or lie before the context.
      const bool is_new = pictures.empty() || pictures.back().time < frame->time();
      if (is_new && frame->time() >= begin) pictures.push_back(reducer.reduce(*frame));
    }
    return true;
  }

  /// Brings the reader to where the planning stands.
  void go_on(MediaTime begin) {
    if (at_end || (!pictures.empty() && own_reader)) return;
    reader.seek(pictures.empty() ? begin : pictures.back().time,
                ingest::Frames::all,
                deblocking_for(scan.facts));
  }

  /// Every frame around `span`; false when the caller asked to stop.  The last stretch's span grows
  /// to the last frame.
  bool read_straight(TimeSpan& span, bool last, const OnFrame& on_frame) {
    const RungMeter meter(reader, report.straight);
    const MediaTime begin = span.begin - sampler::kStretchContext;
    go_on(begin);
    std::erase_if(pictures, [&](const SmallPicture& p) { return p.time < begin; });
    const MediaTime until = span.end + sampler::kStretchContext;
    if (!read_until(begin, last ? MediaTime::from_ns(INT64_MAX) : until, on_frame)) return false;
    if (last && !pictures.empty()) {
      // The container's end may be wrong; every frame belongs to some stretch.
      span.end = std::max(span.end, pictures.back().time + pictures.back().duration);
    }
    report.straight_stretches.push_back(span);
    watch.look(span, pictures, report.not_decoded);
    return true;
  }

  std::optional<sampler::StretchPlan> next(const OnFrame& on_frame) {
    if (position.stretch >= num_stretches()) return std::nullopt;
    TimeSpan span = sampler::stretch_span(position.stretch, scan.end, options);
    const bool last = position.stretch + 1 == num_stretches();
    const auto allowed = budgets[static_cast<std::size_t>(position.stretch)];
    sampler::StretchInput input{
        position.stretch, span, {}, display, allowed - position.tokens_spent, {}, {}};
    std::optional<StretchSight> sight = StretchSight{};
    if (ladder.can_climb(span)) {
      pictures.clear();
      sight = ladder.look(span, on_frame, report);
      if (!sight) return std::nullopt;
    }
    if (!sight->pictures.empty()) {
      input.pictures = sight->pictures;
      input.frames = sight->frames;
      input.known_cuts = sight->known_cuts;
      input.told = sight->told;
    } else {
      if (!read_straight(span, last, on_frame)) return std::nullopt;
      input.span = span;
      input.pictures = pictures;
    }
    auto plan = sampler::plan_stretch(input, options);
    // Where no picture begins, the one before stands; without a shot it would count as not decoded.
    if (plan.shots.empty() && !watch.has_packets(plan.span))
      plan.shots.push_back({.span = plan.span});
    for (const auto& pair : plan.pairs) position.tokens_spent += pair.num_tokens();
    ++position.stretch;
    return plan;
  }

  sampler::PlanOptions options;
  ingest::PacketScan scan;
  HoleWatch watch;
  std::vector<std::int64_t> budgets;
  PlanPosition position;
  std::unique_ptr<ingest::VideoReader> own_reader;  ///< empty: `reader` belongs to somebody else
  ingest::VideoReader& reader;
  sampler::PictureSize display;
  std::vector<SmallPicture> pictures;  ///< around the current stretch
  PictureReducer reducer;
  LadderReader ladder;
  LadderReport report;
  bool at_end = false;
};

StretchPlanner::StretchPlanner(const std::string& path,
                               const ingest::PacketScan& scan,
                               const sampler::PlanOptions& options,
                               const ingest::ReaderOptions& reader_options,
                               const PlanPosition& start,
                               const Logger& logger) {
  sampler::validate(options);
  auto own = std::make_unique<ingest::VideoReader>(path, scan, reader_options, logger);
  auto& reader = *own;
  impl_ = std::make_unique<Impl>(std::move(own), reader, scan, options, start, logger);
}

StretchPlanner::StretchPlanner(ingest::VideoReader& reader,
                               const ingest::PacketScan& scan,
                               const sampler::PlanOptions& options,
                               const PlanPosition& start,
                               const Logger& logger) {
  sampler::validate(options);
  impl_ = std::make_unique<Impl>(nullptr, reader, scan, options, start, logger);
}

StretchPlanner::~StretchPlanner() = default;
StretchPlanner::StretchPlanner(StretchPlanner&&) noexcept = default;
StretchPlanner& StretchPlanner::operator=(StretchPlanner&&) noexcept = default;

std::optional<sampler::StretchPlan> StretchPlanner::next(const OnFrame& on_frame) {
  return impl_->next(on_frame);
}

void StretchPlanner::give_back(std::int64_t tokens) { impl_->position.tokens_spent -= tokens; }
const LadderReport& StretchPlanner::report() const { return impl_->report; }
int StretchPlanner::num_stretches() const { return impl_->num_stretches(); }
const PlanPosition& StretchPlanner::position() const { return impl_->position; }
const ingest::DecodeStats& StretchPlanner::stats() const { return impl_->reader.stats(); }

}  // namespace hindsight::pipeline
