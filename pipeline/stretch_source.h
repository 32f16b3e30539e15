// What an ingest job asks of decoding: plans of stretches, and the pixels of their pairs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/logger.h"
#include "ingest/packet_scan.h"
#include "ingest/subtitles.h"
#include "pipeline/pair_fetcher.h"
#include "pipeline/stretch_planner.h"
#include "sampler/plan.h"

namespace hindsight::pipeline {

/// One video.  Not thread-safe.
class StretchSource {
 public:
  virtual ~StretchSource() = default;

  /// Without the table of packets where another process decodes.
  [[nodiscard]] virtual const ingest::PacketScan& scan() const = 0;
  /// Subtitles inside the file and beside it.
  [[nodiscard]] virtual const std::vector<ingest::TimedText>& texts() const = 0;

  /// Seconds of video that are decoded in a second, by a short measurement.
  [[nodiscard]] virtual double measure_decoding() = 0;
  /// The plan of the stretch at `position`; empty behind the last one, and when `on_frame`, called
  /// with times that were reached, returned false.
  [[nodiscard]] virtual std::optional<sampler::StretchPlan> plan(const PlanPosition& position,
                                                                 const OnFrame& on_frame) = 0;
  /// A pair of the stretch that was planned last; they are asked for in the order of time.  See
  /// PairFetcher::fetch().
  [[nodiscard]] virtual std::optional<PairPixels> fetch(const sampler::PlannedPair& pair,
                                                        std::int64_t stored_tokens) = 0;
  [[nodiscard]] virtual std::int64_t frames_decoded() const = 0;
};

/// What a source is made from.
struct SourceInputs {
  std::string path;
  sampler::PlanOptions plan{};
  FetchOptions fetch{};
  Logger logger{};
};

/// Scans the video at `inputs.path` and gives its source.
using OpenSource = std::function<std::unique_ptr<StretchSource>(const SourceInputs& inputs)>;

/// Decodes in this process.  Throws like VideoReader.
[[nodiscard]] std::unique_ptr<StretchSource> open_file_source(const SourceInputs& inputs);

}  // namespace hindsight::pipeline
