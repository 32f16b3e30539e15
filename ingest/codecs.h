// Which video codecs the FFmpeg at hand can decode, for `hindsight doctor`.
#pragma once

#include <string>
#include <vector>

namespace hindsight::ingest {

struct DecoderStatus {
  std::string codec;    ///< FFmpeg's name: "h264"
  std::string decoder;  ///< the decoder that will be used; empty: this codec cannot be read
};

/// The codecs that Hindsight promises to read, in the order of the README.
[[nodiscard]] std::vector<DecoderStatus> decoder_status();

/// "libavcodec 59.37.100"
[[nodiscard]] std::string ffmpeg_version();

}  // namespace hindsight::ingest
