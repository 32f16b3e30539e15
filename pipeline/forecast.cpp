#include "pipeline/forecast.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

#include "index/token_codec.h"

namespace hindsight::pipeline {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kDecodingSample{500};
/// Patches a side of the pair that is timed: 16 x 16 patches are 64 tokens.
constexpr int kSampleSide = 16;
constexpr int kPatchValues = 1176;
/// What a pair takes in the store besides tokens: thumbnail, rows and indexes.  Measured on street
/// scenes.
constexpr std::int64_t kBytesBesideTokens = 6'000;
/// A usual pair, for the number of pairs that a number of tokens makes.
constexpr std::int64_t kTokensOfPair = 150;

double seconds_since(Clock::time_point begin) {
  return std::max(1e-6, std::chrono::duration<double>(Clock::now() - begin).count());
}

}  // namespace

double measure_decoding(const std::string& path,
                        const ingest::PacketScan& scan,
                        const ingest::ReaderOptions& options) {
  ingest::VideoReader reader(path, scan, options);
  const auto begin = Clock::now();
  MediaTime reached{};
  while (Clock::now() - begin < kDecodingSample) {
    const auto frame = reader.next();
    if (!frame) return to_seconds(scan.end) / seconds_since(begin);
    reached = frame->time() + frame->duration();
  }
  return to_seconds(reached) / seconds_since(begin);
}

double measure_encoding(model::VisionTower& tower) {
  model::PixelPatches patches;
  patches.grid = {1, kSampleSide, kSampleSide};
  patches.values.assign(static_cast<std::size_t>(patches.grid.num_patches()) * kPatchValues, 0.0F);
  (void)tower.encode(std::span(&patches, 1));
  const auto begin = Clock::now();
  (void)tower.encode(std::span(&patches, 1));
  return static_cast<double>(patches.grid.num_tokens()) / seconds_since(begin);
}

Forecast forecast(const TimeSpan& rest,
                  const IngestOptions& options,
                  int token_width,
                  const MeasuredRates& rates) {
  const double seconds_of_video = to_seconds(rest.length());
  Forecast result;
  result.tokens =
      std::llround(static_cast<double>(options.plan.tokens_per_hour) * seconds_of_video / 3600.0);
  if (options.plan.max_tokens > 0) result.tokens = std::min(result.tokens, options.plan.max_tokens);
  const auto token_bytes =
      static_cast<std::int64_t>(index::encoded_bytes(options.codec, 1, token_width));
  const auto pairs = result.tokens / kTokensOfPair + 1;
  result.bytes = result.tokens * token_bytes + pairs * (token_width + kBytesBesideTokens);
  // One machine does both, so the times add up.
  if (rates.decoded_realtime > 0) result.seconds += seconds_of_video / rates.decoded_realtime;
  if (rates.tokens_per_second > 0)
    result.seconds += static_cast<double>(result.tokens) / rates.tokens_per_second;
  return result;
}

}  // namespace hindsight::pipeline
