// The packets of a live source: one connection after the other, on one timeline, the last ones
// kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/logger.h"
#include "ingest/detail/ffmpeg.h"
#include "ingest/detail/live_clock.h"
#include "ingest/detail/media_file.h"
#include "ingest/detail/stream_copy.h"
#include "ingest/live_options.h"

namespace hindsight::ingest::detail {

/// Packets that one decoder can decode: those of one connection, or of a part of it where the codec
/// stays the same.
struct LivePart {
  StreamCopy stream;  ///< times in nanoseconds
  std::int64_t first = 0;  ///< number of its first packet
  std::int64_t end = kOpen;  ///< number of the packet behind its last one; kOpen: it goes on
  static constexpr std::int64_t kOpen = INT64_MAX;
};

/// Pull-driven: a packet is read when it is asked for.  Not thread-safe.
class LiveFeed {
 public:
  /// Throws Error(unreadable_input) when the source cannot be opened.
  LiveFeed(std::string path, const LiveOptions& options, std::stop_token stop, Logger logger);

  /// The packet with this number, read now if need be, its times in nanoseconds of the timeline;
  /// null at the end of the stream.  `number` is not below first_kept().
  [[nodiscard]] const AVPacket* packet(std::int64_t number);
  /// Number of the oldest packet that is kept.
  [[nodiscard]] std::int64_t first_kept() const { return first_kept_; }
  /// Number of the packet that comes next from the source.
  [[nodiscard]] std::int64_t next_number() const {
    return first_kept_ + static_cast<std::int64_t>(packets_.size());
  }
  /// Packets before it are not asked for any more.
  void forget_before(std::int64_t number);

  /// Parts are counted from 0.  `index`: of one that has begun and is not forgotten.
  [[nodiscard]] const LivePart& part(int index) const { return parts_.at(index); }
  /// Number of the packet behind its last one so far.
  [[nodiscard]] std::int64_t end_of(int index) const;
  /// Parts [begin, end), which are over, are not asked for any more.
  void forget_parts(int begin, int end);

  struct KeyFrame {
    std::int64_t number = 0;
    std::int64_t pts = 0;
  };
  /// The last key frame of the part at or before `pts`, kept or not.
  [[nodiscard]] std::optional<KeyFrame> key_frame_before(int part, std::int64_t pts) const;

  /// The first one after `pts`.
  [[nodiscard]] std::optional<KeyFrame> key_frame_after(int part, std::int64_t pts) const;

  /// Without what the decoders know.
  [[nodiscard]] const LiveStats& stats() const { return stats_; }

 private:
  /// Reads until one more packet is there; false at the end of the stream.
  bool pull();
  void open();
  /// After the connection ended with FFmpeg's `code`; false when it is not tried again.
  bool open_again(int code);
  /// Waits; false when the stop was requested.
  [[nodiscard]] bool pause(std::chrono::milliseconds time) const;
  /// Whether the packet is one of ours; then it is kept.
  bool accept();
  [[nodiscard]] bool belongs(const AVPacket& packet);
  void begin_part();
  [[nodiscard]] const AVStream& last_stream() const { return part(num_parts_ - 1).stream.stream(); }
  /// Times that no recording has are left out.
  void clean_times();
  void keep(std::int64_t shift);
  [[nodiscard]] std::int64_t nanoseconds(std::int64_t ticks) const;

  std::string path_;
  LiveOptions options_;
  std::stop_token stop_;
  Logger logger_;
  std::unique_ptr<MediaFile> input_;  ///< null: the connection is over
  AVStream* stream_ = nullptr;        ///< owned by input_
  unsigned num_streams_ = 0;          ///< when it was opened
  bool is_playlist_ = false;
  bool has_end_ = false;  ///< of the source is known: what ends is over
  PacketPtr packet_ = make_packet();
  LiveClock clock_;
  std::optional<std::chrono::steady_clock::time_point> broken_since_;
  bool is_new_ = true;  ///< the connection: no packet came through it
  bool begins_part_ = true;
  int skipped_ = 0;  ///< before the first key frame of the part
  bool ended_ = false;
  std::deque<PacketPtr> packets_;
  std::int64_t first_kept_ = 0;
  std::map<int, LivePart> parts_;  ///< the last one that began, and those that may be asked for
  int num_parts_ = 0;              ///< that began
  std::deque<KeyFrame> key_frames_;  ///< the last one before first_kept_, and those after it
  LiveStats stats_;
};

}  // namespace hindsight::ingest::detail
