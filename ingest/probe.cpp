#include "ingest/probe.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>

#include "ingest/detail/demuxer.h"
#include "ingest/detail/geometry.h"

namespace hindsight::ingest {
namespace {

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

/// Names that FFmpeg gives to what is not known.
std::string known_name(const char* name) {
  const std::string text = text_or_empty(name);
  return text == "unknown" || text == "unspecified" || text == "reserved" ? "" : text;
}

std::optional<MediaDuration> time_from(std::int64_t ticks, AVRational base) {
  if (ticks == AV_NOPTS_VALUE) return std::nullopt;
  return MediaDuration{av_rescale_q(ticks, base, detail::kNanoseconds)};
}

StreamKind kind_of(AVMediaType type) {
  switch (type) {
    case AVMEDIA_TYPE_VIDEO:
      return StreamKind::video;
    case AVMEDIA_TYPE_AUDIO:
      return StreamKind::audio;
    case AVMEDIA_TYPE_SUBTITLE:
      return StreamKind::subtitle;
    default:
      return StreamKind::other;
  }
}

const char* field_order_name(AVFieldOrder order) {
  switch (order) {
    case AV_FIELD_PROGRESSIVE:
      return "progressive";
    case AV_FIELD_TT:
    case AV_FIELD_TB:
      return "top field first";
    case AV_FIELD_BB:
    case AV_FIELD_BT:
      return "bottom field first";
    default:
      return "";
  }
}

void describe_video(StreamInfo& info, const AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  const auto geometry =
      detail::geometry_of(stream, codec.width, codec.height, codec.sample_aspect_ratio);
  info.width = geometry.width;
  info.height = geometry.height;
  info.display_width = geometry.display_width;
  info.display_height = geometry.display_height;
  info.rotation_degrees = 90 * geometry.orientation.quarter_turns;
  info.sample_aspect_ratio = detail::to_rational(geometry.sample_aspect_ratio);
  info.average_frame_rate = detail::to_rational(stream.avg_frame_rate);
  info.nominal_frame_rate = detail::to_rational(stream.r_frame_rate);
  info.pixel_format = text_or_empty(av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format)));
  info.color_range = known_name(av_color_range_name(
      detail::enumerator_of(codec.color_range, AVCOL_RANGE_NB, AVCOL_RANGE_UNSPECIFIED)));
  info.color_matrix = known_name(av_color_space_name(
      detail::enumerator_of(codec.color_space, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED)));
  info.color_primaries = known_name(av_color_primaries_name(
      detail::enumerator_of(codec.color_primaries, AVCOL_PRI_NB, AVCOL_PRI_UNSPECIFIED)));
  info.color_transfer = known_name(av_color_transfer_name(
      detail::enumerator_of(codec.color_trc, AVCOL_TRC_NB, AVCOL_TRC_UNSPECIFIED)));
  info.field_order = field_order_name(codec.field_order);
  info.cover_picture = (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}

StreamInfo describe(const AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  StreamInfo info;
  info.index = stream.index;
  info.kind = kind_of(codec.codec_type);
  info.codec = avcodec_get_name(codec.codec_id);
  info.profile = known_name(avcodec_profile_name(codec.codec_id, codec.profile));
  if (const AVDictionaryEntry* language = av_dict_get(stream.metadata, "language", nullptr, 0)) {
    info.language = language->value;
  }
  info.time_base = detail::to_rational(stream.time_base);
  if (stream.start_time != AV_NOPTS_VALUE) info.start_pts = stream.start_time;
  info.duration = time_from(stream.duration, stream.time_base);
  info.num_frames = stream.nb_frames;
  info.bit_rate = codec.bit_rate;
  if (info.kind == StreamKind::video) describe_video(info, stream);
  if (info.kind == StreamKind::audio) {
    info.sample_rate = codec.sample_rate;
    info.channels = codec.ch_layout.nb_channels;
  }
  return info;
}

}  // namespace

MediaInfo probe_media(const std::string& path, const InputLimits& limits) {
  const detail::MediaFile file(path, limits);
  const AVFormatContext& format = file.format();
  MediaInfo info;
  info.video_stream = detail::select_video(file, -1).index;
  info.format = text_or_empty(format.iformat->long_name);
  info.start = time_from(format.start_time, AV_TIME_BASE_Q);
  info.duration = time_from(format.duration, AV_TIME_BASE_Q);
  info.bit_rate = format.bit_rate;
  if (format.pb != nullptr) info.num_bytes = std::max<std::int64_t>(0, avio_size(format.pb));
  for (const AVStream* stream : detail::streams_of(format))
    info.streams.push_back(describe(*stream));
  return info;
}

}  // namespace hindsight::ingest
