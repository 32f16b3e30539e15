#include "ingest/packet_scan.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "core/content_hash.h"
#include "ingest/detail/demuxer.h"
#include "ingest/detail/media_file.h"
#include "ingest/detail/packet_table.h"
#include "ingest/detail/pixels.h"

namespace hindsight::ingest {
namespace {

std::span<const std::byte> bytes_of(const std::uint8_t* data, int size) {
  return std::as_bytes(std::span(data, static_cast<std::size_t>(std::max(0, size))));
}

/// What two streams with the same packets may still differ in.
void add_stream(ContentHash& hash, const AVStream& stream) {
  const AVCodecParameters& codec = *stream.codecpar;
  hash.add(avcodec_get_name(codec.codec_id));
  for (const std::int64_t value : {codec.width,
                                   codec.height,
                                   stream.time_base.num,
                                   stream.time_base.den,
                                   stream.sample_aspect_ratio.num,
                                   stream.sample_aspect_ratio.den}) {
    hash.add(value);
  }
  hash.add(bytes_of(codec.extradata, codec.extradata_size));
  // Turned pictures give other tokens.  An upright stream adds nothing: its hash is that of before
  // orientation counted.
  const detail::Orientation orientation = detail::orientation_of(stream);
  if (orientation.quarter_turns == 0 && !orientation.mirrored) return;
  hash.add("orientation");
  hash.add(std::int64_t{orientation.quarter_turns});
  hash.add(std::int64_t{orientation.mirrored});
}

void add_packet(ContentHash& hash, const AVPacket& packet) {
  hash.add(packet.pts);
  hash.add(std::int64_t{packet.size});
  hash.add(bytes_of(packet.data, packet.size));
}

/// Sums packets into bins and collects key frames.
class ProfileBuilder {
 public:
  ProfileBuilder(PacketScan& scan, const AVStream& stream, const InputLimits& limits)
      : scan_(&scan),
        time_base_(stream.time_base),
        usual_(detail::usual_duration(stream)),
        latest_(detail::ticks_of(limits.max_length, stream)) {}

  void add(const AVPacket& packet) {
    const bool key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    const MediaTime time = time_of(packet);
    const std::int64_t length = packet.duration > 0 ? packet.duration : usual_;
    const MediaDuration lasts{av_rescale_q(length, time_base_, detail::kNanoseconds)};
    scan_->end = std::max(scan_->end, time + lasts);
    ++scan_->num_packets;
    scan_->num_bytes += packet.size;
    if (key) scan_->key_frames.push_back(time);
    ProfileBin& bin = bin_at(time);
    (key ? bin.key_bytes : bin.other_bytes) += packet.size;
    ++(key ? bin.key_packets : bin.other_packets);
  }

 private:
  MediaTime time_of(const AVPacket& packet) {
    std::int64_t pts = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    const bool damaged = pts != AV_NOPTS_VALUE && pts - scan_->facts.start_pts > latest_;
    if (packet.pts == AV_NOPTS_VALUE || damaged) ++scan_->packets_without_time;
    if (pts == AV_NOPTS_VALUE || damaged) pts = next_;
    const std::int64_t after = pts + (packet.duration > 0 ? packet.duration : usual_);
    next_ = std::min(after, scan_->facts.start_pts + latest_);
    // Packets that the container stores but does not show lie before the first picture.
    return MediaTime::from_ns(std::max<std::int64_t>(0, nanoseconds_at(pts)));
  }

  [[nodiscard]] std::int64_t nanoseconds_at(std::int64_t pts) const {
    return av_rescale_q(pts - scan_->facts.start_pts, time_base_, detail::kNanoseconds);
  }

  ProfileBin& bin_at(MediaTime time) {
    const auto index = static_cast<std::size_t>(time.since_start / scan_->bin_length);
    if (index >= scan_->bins.size()) scan_->bins.resize(index + 1);
    return scan_->bins[index];
  }

  PacketScan* scan_;
  AVRational time_base_;
  std::int64_t usual_;
  std::int64_t latest_;  ///< ticks from the first picture on
  std::int64_t next_ = 0;
};

}  // namespace

std::vector<ScannedPacket> packets_in(const PacketScan& scan, const TimeSpan& span) {
  std::vector<ScannedPacket> packets;
  if (!scan.table) return packets;
  const AVRational time_base = scan.table->stream().time_base;
  const auto time_of = [&](std::int64_t ticks) {
    return MediaTime::from_ns(
        av_rescale_q(ticks - scan.facts.start_pts, time_base, detail::kNanoseconds));
  };
  const std::int64_t from =
      scan.facts.start_pts + av_rescale_q(span.begin.ns(), detail::kNanoseconds, time_base);
  // Pictures that are shown before their key frame are stored after it.
  auto cursor = scan.table->find_key_frame(from).value_or(detail::PacketTable::Cursor{});
  while (const auto place = scan.table->next(cursor)) {
    if (time_of(place->dts) >= span.end) break;
    const MediaTime time = time_of(place->pts);
    if ((place->flags & AV_PKT_FLAG_DISCARD) != 0 || time < MediaTime{}) continue;
    if (!span.contains(time)) continue;
    packets.push_back({time, place->size, (place->flags & AV_PKT_FLAG_KEY) != 0});
  }
  std::ranges::sort(packets, {}, &ScannedPacket::time);
  return packets;
}

PacketScan scan_packets(const std::string& path,
                        const ReaderOptions& options,
                        const Logger& logger) {
  PacketScan scan;
  // Only decoding shows which picture is the first: the zero of media time.
  ReaderOptions plain = options;
  plain.threads = 1;
  scan.facts = VideoReader(path, plain).facts();
  plain.stream = scan.facts.index;
  detail::Demuxer demuxer(detail::open_container(path, plain), options.limits);
  ContentHash hash;
  add_stream(hash, demuxer.stream());
  ProfileBuilder profile(scan, demuxer.stream(), options.limits);
  detail::PacketTableBuilder table(path, demuxer.stream());
  const auto packet = detail::make_packet();
  while (demuxer.read(*packet)) {
    const detail::PacketContents contents(packet.get());
    if (scan.num_packets == options.limits.max_packets) {
      detail::refuse(path,
                     fmt::format("its video stream has more than {} packets; cut the file into "
                                 "parts, or raise --max-packets",
                                 options.limits.max_packets));
    }
    add_packet(hash, *packet);
    profile.add(*packet);
    table.add(*packet);
  }
  if (demuxer.errors() == 0) scan.table = table.finish();
  std::ranges::sort(scan.key_frames);
  scan.content_hash = hash.hex();
  logger.debug("'{}': {} packets, {} key frames, {} bytes",
               path,
               scan.num_packets,
               scan.key_frames.size(),
               scan.num_bytes);
  return scan;
}

}  // namespace hindsight::ingest
