// Frames of a source that cannot be read twice: a camera, a live playlist, a pipe.
//
// Every frame is decoded once, to be looked at; the packets of the last moments are kept, and a
// second decoder behind the first gives the few frames that were chosen.  So decoded pictures need
// not be kept, of which a second takes more than a minute of packets.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/logger.h"
#include "core/media_time.h"
#include "ingest/live_options.h"
#include "ingest/sources.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest {

/// Whether what the user named can only be read once, as it comes: a scheme of cameras and
/// broadcasts (rtsp, rtmp, srt, udp, …) or a playlist without an end.  A playlist is asked for.
[[nodiscard]] bool is_live(const Source& source, const InputLimits& limits = {});

struct LiveFrame {
  Frame frame;
  /// The time before it that nobody saw: the connection was gone, or the source's clock went on
  /// without pictures.
  std::optional<TimeSpan> gap;
  /// Pictures of one part can be decoded one from another.  Counted from 0.
  int part = 0;
};

/// Media time 0 is the first frame.  A connection that breaks is tried again (LiveOptions); what
/// comes then lies as much later as the clock on the wall says, or where the playlist's own clock
/// puts it.  Blocks while it waits for the source.  Not thread-safe.
class LiveStream {
 public:
  /// Waits for the first frame.  Throws Error(unreadable_input) in one sentence for what cannot be
  /// opened or gives no pictures, and Error(interrupted) when `stop` is requested before.
  LiveStream(const Source& source,
             const LiveOptions& options,
             std::stop_token stop = {},
             const Logger& logger = {});
  ~LiveStream();
  LiveStream(LiveStream&&) noexcept;
  LiveStream& operator=(LiveStream&&) noexcept;

  /// Without the user and password of a URL.
  [[nodiscard]] const std::string& name() const;
  /// When the first frame was there.
  [[nodiscard]] std::chrono::system_clock::time_point started() const;
  /// Of the first part.
  [[nodiscard]] const StreamFacts& facts() const;

  /// The next frame in presentation order, once; empty at the end and after the stop.
  [[nodiscard]] std::optional<LiveFrame> next();

  /// Gives frames of `part` a second time, from `from` on, in the order of time.  Valid until the
  /// reader of another part is asked for.
  [[nodiscard]] VideoReader& reader(int part, MediaTime from);
  /// Frames before `time`, which lies in `part`, are not asked for again.
  void forget_before(int part, MediaTime time);

  [[nodiscard]] LiveStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::ingest
