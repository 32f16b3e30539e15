#include "clip_tools.h"

#include <stdexcept>

#include "core/content_hash.h"
#include "core/error.h"
#include "support/run_command.h"

namespace hindsight::test {

std::string pixel_hash(const ingest::Frame& frame) {
  const auto image = frame.rgb();
  ContentHash hash;
  hash.add(std::as_bytes(std::span(image.samples)));
  return hash.hex();
}

std::string ffmpeg_rgb(const std::string& clip, const std::string& filter, int num_frames) {
  const auto result = run_command({"ffmpeg",
                                   "-nostdin",
                                   "-v",
                                   "error",
                                   "-i",
                                   clip,
                                   "-vf",
                                   filter,
                                   "-frames:v",
                                   std::to_string(num_frames),
                                   "-f",
                                   "rawvideo",
                                   "-pix_fmt",
                                   "rgb24",
                                   "-"});
  if (result.exit_code != 0) throw std::runtime_error(result.err);
  return result.out;
}

Refusal refusal(const std::string& path, const ingest::ReaderOptions& options) {
  try {
    ingest::VideoReader reader(path, options);
    (void)reader.next();
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
  return {};
}

}  // namespace hindsight::test
