#include "ingest/detail/packet_table.h"

#include <algorithm>
#include <span>

namespace hindsight::ingest::detail {
namespace {

/// Bits of the byte that a packet begins with.
constexpr std::uint8_t kKey = 1;    // a key frame
constexpr std::uint8_t kGap = 2;    // does not begin where the packet before ends
constexpr std::uint8_t kStep = 4;   // another step of decoding time, or another duration
constexpr std::uint8_t kFlags = 8;  // other flags than that of a key frame

/// Packets between two places where reading can begin.
constexpr std::size_t kEntryStep = 256;

}  // namespace

void PacketTable::append(const PacketPlace& packet) {
  if (num_packets_++ % kEntryStep == 0) entries_.push_back(end_);
  const PacketPlace& last = end_.last;
  const std::int64_t gap = packet.position - (last.position + last.size);
  const std::int64_t step = packet.dts - last.dts;
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  const int other_flags = packet.flags & ~AV_PKT_FLAG_KEY;
  const bool new_step = step != end_.step || packet.duration != last.duration;
  bytes_.push_back(static_cast<std::uint8_t>((is_key ? kKey : 0) | (gap != 0 ? kGap : 0) |
                                             (new_step ? kStep : 0) |
                                             (other_flags != 0 ? kFlags : 0)));
  if (gap != 0) put(gap);
  put(packet.size);
  put(packet.pts - packet.dts);
  if (new_step) {
    put(step);
    put(packet.duration);
  }
  if (other_flags != 0) put(other_flags);
  end_ = {bytes_.size(), packet, step};
}

std::optional<PacketPlace> PacketTable::next(Cursor& cursor) const {
  std::size_t at = cursor.offset;
  if (at >= bytes_.size()) return std::nullopt;
  const std::uint8_t head = bytes_[at++];
  PacketPlace packet = cursor.last;
  packet.position += packet.size + ((head & kGap) != 0 ? get(at) : 0);
  packet.size = get(at);
  const std::int64_t shown_after = get(at);
  std::int64_t step = cursor.step;
  if ((head & kStep) != 0) {
    step = get(at);
    packet.duration = get(at);
  }
  packet.dts += step;
  packet.pts = packet.dts + shown_after;
  packet.flags = ((head & kFlags) != 0 ? static_cast<int>(get(at)) : 0) |
                 ((head & kKey) != 0 ? AV_PKT_FLAG_KEY : 0);
  cursor = {at, packet, step};
  return packet;
}

std::optional<PacketTable::Cursor> PacketTable::find_key_frame(std::int64_t pts) const {
  // A picture is not shown before it is decoded, so packets decoded after `pts` need not be looked
  // at.
  auto entry = std::ranges::upper_bound(
      entries_, pts, {}, [this](Cursor cursor) { return next(cursor)->dts; });
  std::size_t until = entry == entries_.end() ? bytes_.size() : entry->offset;
  while (entry != entries_.begin()) {
    --entry;
    std::optional<Cursor> found;
    Cursor cursor = *entry;
    while (cursor.offset < until) {
      const Cursor before = cursor;
      const auto packet = next(cursor);
      if ((packet->flags & AV_PKT_FLAG_KEY) != 0 && packet->pts <= pts) found = before;
    }
    if (found) return found;
    until = entry->offset;
  }
  return std::nullopt;
}

void PacketTable::put(std::int64_t value) {
  // Small differences of either sign become small numbers; seven bits a byte, the last one marked.
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) bytes_.push_back(static_cast<std::uint8_t>(rest & 0x7f));
  bytes_.push_back(static_cast<std::uint8_t>(rest | 0x80));
}

std::int64_t PacketTable::get(std::size_t& offset) const {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const std::uint8_t byte = bytes_[offset++];
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) != 0) break;
  }
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

PacketTableBuilder::PacketTableBuilder(const std::string& path, const AVStream& stream)
    : file_(open_regular(path)) {
  if (file_.is_open()) table_ = std::make_shared<PacketTable>(stream);
}

void PacketTableBuilder::add(const AVPacket& packet) {
  if (!table_) return;
  if (!is_told_by_place(packet)) {
    table_.reset();
    return;
  }
  last_dts_ = packet.dts;
  table_->append({packet.pos, packet.size, packet.pts, packet.dts, packet.duration, packet.flags});
}

bool PacketTableBuilder::is_told_by_place(const AVPacket& packet) {
  if (packet.pos < 0 || packet.side_data_elems != 0 || packet.pts == AV_NOPTS_VALUE ||
      packet.dts == AV_NOPTS_VALUE || packet.dts < last_dts_ ||
      (packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
    return false;
  }
  bytes_.resize(static_cast<std::size_t>(packet.size));
  return file_.read_at(packet.pos, bytes_) &&
         std::ranges::equal(bytes_, std::span(packet.data, bytes_.size()));
}

std::shared_ptr<const PacketTable> PacketTableBuilder::finish() {
  if (table_) table_->shrink_to_fit();
  return std::move(table_);
}

}  // namespace hindsight::ingest::detail
