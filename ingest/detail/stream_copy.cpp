#include "ingest/detail/stream_copy.h"

#include <new>

namespace hindsight::ingest::detail {

StreamCopy::StreamCopy(const AVStream& stream) : StreamCopy(stream, stream.time_base) {}

StreamCopy::StreamCopy(const AVStream& stream, AVRational time_base)
    : shell_(avformat_alloc_context()) {
  AVStream* copy = shell_ ? avformat_new_stream(shell_.get(), nullptr) : nullptr;
  if (copy == nullptr) throw std::bad_alloc();
  check(avcodec_parameters_copy(copy->codecpar, stream.codecpar), "avcodec_parameters_copy");
  copy->index = stream.index;
  copy->time_base = time_base;
  copy->avg_frame_rate = stream.avg_frame_rate;
  copy->r_frame_rate = stream.r_frame_rate;
  copy->sample_aspect_ratio = stream.sample_aspect_ratio;
  copy_display_matrix(*copy, stream);
}

}  // namespace hindsight::ingest::detail
