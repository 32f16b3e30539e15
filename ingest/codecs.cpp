#include "ingest/codecs.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <fmt/format.h>

namespace hindsight::ingest {

std::vector<DecoderStatus> decoder_status() {
  std::vector<DecoderStatus> status;
  for (const AVCodecID id : {AV_CODEC_ID_H264,
                             AV_CODEC_ID_HEVC,
                             AV_CODEC_ID_VP9,
                             AV_CODEC_ID_AV1,
                             AV_CODEC_ID_MPEG4,
                             AV_CODEC_ID_MPEG2VIDEO,
                             AV_CODEC_ID_MJPEG}) {
    const AVCodec* decoder = avcodec_find_decoder(id);
    status.push_back({avcodec_get_name(id), decoder != nullptr ? decoder->name : ""});
  }
  return status;
}

std::string ffmpeg_version() {
  const unsigned version = avcodec_version();
  return fmt::format("libavcodec {}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff);
}

}  // namespace hindsight::ingest
