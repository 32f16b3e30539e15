// Reading and sampling, against the ffmpeg program doing the same amount of decoding on the same
// file.

#include <fmt/format.h>

#include "bench/figure.h"
#include "core/media_time.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"

namespace hindsight::bench {
namespace {

constexpr int kClipSeconds = 600;
constexpr int kLumaWidth = 64;
constexpr int kLumaHeight = 36;

/// Decodes everything; with `luma`, reduces every frame as the sampler does.
void decode_all(const std::string& clip, bool luma) {
  ingest::VideoReader reader(clip);
  while (const auto frame = reader.next()) {
    if (luma) (void)frame->luma(kLumaWidth, kLumaHeight);
  }
}

}  // namespace

std::vector<Figure> bench_read(const Setup& setup) {
  const auto clip = looped_clip(setup, kClipSeconds);
  const double duration = to_seconds(ingest::scan_packets(clip).end);
  const auto times_realtime = [&](const std::function<void()>& work) {
    return duration / median_seconds(setup, work);
  };

  const double copy = times_realtime(
      [&] { shell(fmt::format("ffmpeg -v error -i '{}' -map 0:v -c copy -f null -", clip)); });
  const double decode = times_realtime(
      [&] { shell(fmt::format("ffmpeg -v error -i '{}' -map 0:v -f null -", clip)); });
  return {
      {"read.packet_scan",
       times_realtime([&] { (void)ingest::scan_packets(clip); }),
       "x realtime",
       "ffmpeg -c copy -f null",
       copy},
      {"read.decode",
       times_realtime([&] { decode_all(clip, false); }),
       "x realtime",
       "ffmpeg -f null",
       decode},
      {"read.decode_and_luma",
       times_realtime([&] { decode_all(clip, true); }),
       "x realtime",
       "ffmpeg -f null",
       decode},
      {"read.plan",
       times_realtime([&] {
         shell(fmt::format("'{}' --quiet plan '{}' --json > /dev/null", setup.hindsight, clip));
       }),
       "x realtime",
       "ffmpeg -f null",
       decode},
  };
}

}  // namespace hindsight::bench
