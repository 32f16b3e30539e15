// Where the packets of one stream lie in a file: what a reader needs of a container that was read
// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/file_descriptor.h"
#include "ingest/detail/stream_copy.h"

namespace hindsight::ingest::detail {

/// One packet, without its bytes.
struct PacketPlace {
  std::int64_t position = 0;  ///< of the first byte in the file
  std::int64_t size = 0;      ///< in bytes
  std::int64_t pts = 0;
  std::int64_t dts = 0;
  std::int64_t duration = 0;
  int flags = 0;  ///< AV_PKT_FLAG_…
  friend bool operator==(const PacketPlace&, const PacketPlace&) = default;
};

/// The packets of a stream in the order of the file, decoding times ascending.  Takes some six
/// bytes a packet, where FFmpeg keeps 32 while an MP4 is open.  Appending belongs to one thread;
/// everything const is thread-safe.
///
/// A packet is a byte that says what follows it, then variable-length differences from the packet
/// before: gap before its first byte, size, pts - dts, dts step and duration, flags.
class PacketTable {
 public:
  /// Stands before a packet.
  struct Cursor {
    std::size_t offset = 0;  ///< in the table
    PacketPlace last{};      ///< the packet before
    std::int64_t step = 0;   ///< of decoding time, from the packet before to the next one
  };

  /// Copies what the container says of `stream`.
  explicit PacketTable(const AVStream& stream) : stream_(stream) {}

  void append(const PacketPlace& packet);
  /// No packet follows.
  void shrink_to_fit() { bytes_.shrink_to_fit(); }

  [[nodiscard]] const AVStream& stream() const { return stream_.stream(); }
  /// The packet at `cursor`, which moves on; empty at the end.
  [[nodiscard]] std::optional<PacketPlace> next(Cursor& cursor) const;
  /// Stands before the last key frame whose pts is at or before `pts`; empty when there is none.
  [[nodiscard]] std::optional<Cursor> find_key_frame(std::int64_t pts) const;
  [[nodiscard]] std::size_t num_bytes() const { return bytes_.size(); }

 private:
  void put(std::int64_t value);
  [[nodiscard]] std::int64_t get(std::size_t& offset) const;

  StreamCopy stream_;
  std::vector<std::uint8_t> bytes_;
  Cursor end_;
  std::size_t num_packets_ = 0;
  std::vector<Cursor> entries_;  ///< one in kEntryStep packets, to begin reading at
};

/// Makes the table of a stream while its packets are read from the first to the last, and proves
/// it: the bytes at a place must be those of the packet.
class PacketTableBuilder {
 public:
  PacketTableBuilder(const std::string& path, const AVStream& stream);

  void add(const AVPacket& packet);
  /// Null when the table alone does not give the same packets: the input is no ordinary file, the
  /// container stores packets in pieces or with something beside them, a time is missing or runs
  /// back.
  [[nodiscard]] std::shared_ptr<const PacketTable> finish();

 private:
  [[nodiscard]] bool is_told_by_place(const AVPacket& packet);

  FileDescriptor file_;
  std::shared_ptr<PacketTable> table_;  ///< null: given up
  std::int64_t last_dts_ = INT64_MIN;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace hindsight::ingest::detail
