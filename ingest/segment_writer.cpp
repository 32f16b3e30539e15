#include "ingest/segment_writer.h"

#include <cstring>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/encoder.h"

namespace hindsight::ingest {
namespace {

/// Decoding is this many pictures ahead of presentation, more than any encoder here reorders, at
/// every place of the file: so decoding times rise across the joints.
constexpr std::int64_t kReordering = 4;

}  // namespace

struct SegmentEncoder::State {
  detail::PictureEncoder encoder;
  EncodedSegment segment{};

  explicit State(const VideoWriterOptions& options) : encoder(options, /*global_header=*/true) {}
  void drain() {
    while (AVPacket* packet = encoder.receive()) {
      const detail::PacketContents contents(packet);
      segment.packets.push_back({.bytes = {packet->data, packet->data + packet->size},
                                 .picture = packet->pts,
                                 .key = (packet->flags & AV_PKT_FLAG_KEY) != 0});
    }
  }
};

SegmentEncoder::SegmentEncoder(const VideoWriterOptions& options)
    : state_(std::make_unique<State>(options)) {}
SegmentEncoder::~SegmentEncoder() = default;

void SegmentEncoder::write(ImageView picture) {
  state_->encoder.send(picture);
  ++state_->segment.num_pictures;
  state_->drain();
}

EncodedSegment SegmentEncoder::finish() {
  if (state_->segment.num_pictures == 0)
    throw Error(ErrorCode::usage, "a segment without pictures cannot be encoded; write some first");
  state_->encoder.flush();
  state_->drain();
  return std::move(state_->segment);
}

struct SegmentWriter::State {
  detail::OutputFile output;
  /// Encodes nothing: the parameters that all segments share.
  detail::PictureEncoder encoder;
  detail::PacketPtr packet = detail::make_packet();
  std::int64_t num_pictures = 0;

  State(const std::string& path, const VideoWriterOptions& options)
      : output(path), encoder(options, /*global_header=*/true) {
    if (!output.wants_global_header())
      throw Error(
          ErrorCode::usage,
          fmt::format("segments cannot be joined in '{}'; name it .mp4, .mkv or .mov", path));
    output.start(encoder.context());
  }
};

SegmentWriter::SegmentWriter(const std::string& path, const VideoWriterOptions& options)
    : state_(std::make_unique<State>(path, options)) {}
SegmentWriter::~SegmentWriter() = default;

void SegmentWriter::append(const EncodedSegment& segment) {
  auto& s = *state_;
  std::int64_t decoded = s.num_pictures - kReordering;
  for (const auto& p : segment.packets) {
    const int size = static_cast<int>(p.bytes.size());
    detail::check(av_new_packet(s.packet.get(), size), "allocate packet");
    std::memcpy(s.packet->data, p.bytes.data(), p.bytes.size());
    s.packet->pts = s.num_pictures + p.picture;
    s.packet->dts = decoded++;
    s.packet->duration = 1;
    s.packet->flags = p.key ? AV_PKT_FLAG_KEY : 0;
    s.output.write(*s.packet, s.encoder.context().time_base);
  }
  s.num_pictures += segment.num_pictures;
}

std::int64_t SegmentWriter::num_pictures() const { return state_->num_pictures; }

void SegmentWriter::finish() { state_->output.finish(); }

}  // namespace hindsight::ingest
