#include "ingest/detail/live_source.h"

#include <algorithm>

namespace hindsight::ingest::detail {

int LiveSource::read(AVPacket& packet) {
  number_ = std::max(number_, feed_.first_kept());
  const AVPacket* next = feed_.packet(number_);
  if (next == nullptr || number_ >= feed_.end_of(part_)) return AVERROR_EOF;
  if (const int code = av_packet_ref(&packet, next); code < 0) return code;
  ++number_;
  return 0;
}

bool LiveSource::seek(std::int64_t ts) {
  const auto key = feed_.key_frame_before(part_, ts);
  if (!key || key->number < feed_.first_kept()) return false;
  number_ = key->number;
  return true;
}

std::optional<std::int64_t> LiveSource::key_frame_before(std::int64_t ts) const {
  const auto key = feed_.key_frame_before(part_, ts);
  return key ? std::optional(key->pts) : std::nullopt;
}

}  // namespace hindsight::ingest::detail
