// A video planned from end to end, for the verbs that show plans.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "pipeline/ladder.h"
#include "sampler/plan.h"

namespace hindsight::app {

struct VideoPlan {
  std::string name{};  ///< as typed
  sampler::PlanOptions options{};  ///< limited to the model
  std::string model{};             ///< see limit_to_found_model()
  ingest::StreamFacts facts{};
  MediaTime end{};  ///< of the last frame
  std::vector<sampler::StretchPlan> stretches{};
  ingest::DecodeStats decoding{};
  ingest::PacketScan profile{};
  pipeline::RungCost scan{};
  pipeline::LadderReport ladder{};
  double seconds_spent = 0;
};

/// Scans `path` and decodes what its plan needs, the plan that `ingest` would make; progress on
/// stderr when that is a terminal.  Throws like limit_to_found_model() and
/// pipeline::StretchPlanner.
[[nodiscard]] VideoPlan plan_video(const std::string& path,
                                   sampler::PlanOptions options,
                                   const ingest::ReaderOptions& reader_options,
                                   const Context& context);

/// All pairs, by rank in the whole video.
[[nodiscard]] std::vector<sampler::PlannedPair> ranked_pairs(const VideoPlan& plan);

/// "00:00:04.880  00:00:05.080  336x196        84  activity": frames, size, tokens, reason.
[[nodiscard]] std::string pair_row(const sampler::PlannedPair& pair);

/// "3, together 13 s (43 %)"
[[nodiscard]] std::string activity_summary(const VideoPlan& plan);

/// A JSON string with its quotes; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_string(const std::string& text);

/// The members "video", "duration", "shots" and "activity", without the braces around them.
[[nodiscard]] std::string json_members(const VideoPlan& plan);

/// For people: the video, how long, what limits its pairs, how many shots, how much activity, and a
/// strip of the whole length in which '|' is a cut, '#' activity and '.' the rest.
void print_heading(const VideoPlan& plan);

}  // namespace hindsight::app
