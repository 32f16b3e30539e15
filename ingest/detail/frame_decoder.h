// Packets in, frames with presentation times out.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "ingest/detail/demuxer.h"
#include "ingest/detail/ffmpeg.h"

namespace hindsight::ingest::detail {

/// Decodes the stream of one Demuxer in presentation order.
///
/// Note [Streams without presentation times]: AVI and raw streams store none, or only some.  Such a
/// stream is "unstamped": its k-th picture takes the decoding time of its k-th packet, since both
/// are shown and stored at the same rate; without decoding times the durations are summed.  The
/// count starts at the first packet, so an unstamped stream can be entered only there.
class FrameDecoder {
 public:
  /// Of `options`, `threads` and `limits` count.  Throws Error(unreadable_input) when FFmpeg has no
  /// decoder for the codec.
  FrameDecoder(Demuxer& demuxer, const ReaderOptions& options);

  /// Until the next flush(): pictures before `pts` that no other picture refers to need not be
  /// decoded, where that leaves all others as they are.  lost_picture() tells which were left out.
  void skip_before(std::int64_t pts) { skip_before_ = pts; }

  /// Until the next flush(): pictures that no other refers to are not decoded where their pts is
  /// `unwanted` or not known.
  void skip_unreferenced(std::function<bool(std::int64_t)> unwanted) {
    unwanted_ = std::move(unwanted);
  }

  /// Until the next flush(): see Deblocking::off.
  void skip_deblocking() { codec_->skip_loop_filter = AVDISCARD_ALL; }

  /// Until the next flush(): only key frames whose pts is `wanted` or not known are decoded, and
  /// the stream ends before the first one at or after `pts`.
  void only_key_frames_before(std::int64_t pts, std::function<bool(std::int64_t)> wanted) {
    key_frames_before_ = pts;
    key_frame_wanted_ = std::move(wanted);
  }

  /// The next picture, its pts set and greater than that of the picture before; null at the end of
  /// the stream.
  [[nodiscard]] FramePtr next();

  /// Forgets everything read so far; call it after the demuxer was moved.
  void flush();
  /// Begins again with the first packet.
  void rewind();

  /// See Note [Streams without presentation times].
  [[nodiscard]] bool unstamped() const { return unstamped_; }
  /// Decoding time of the first packet since the last flush(); AV_NOPTS_VALUE when there was none.
  [[nodiscard]] std::int64_t entry_time() const { return entry_time_; }
  /// True when a packet with a time in (from, to] was read since the last flush() and its picture
  /// did not come out. Meant for times not before the last picture but two.
  [[nodiscard]] bool lost_picture(std::int64_t from, std::int64_t to) const;
  /// Ticks that a picture lasts when nothing else is known; at least 1.
  [[nodiscard]] std::int64_t usual_duration() const { return usual_duration_; }

  [[nodiscard]] std::int64_t packets_read() const { return packets_read_; }
  [[nodiscard]] std::int64_t frames_decoded() const { return frames_decoded_; }

 private:
  void open(const ReaderOptions& options);
  /// Feeds one packet, or the end of the stream.
  void feed();
  /// Whether `pts` can be a picture's, the first one being known.
  [[nodiscard]] bool is_near(std::int64_t pts) const;
  /// The next packet that is wanted; false at the end.
  [[nodiscard]] bool read();
  void note_time(const AVPacket& packet);
  [[nodiscard]] AVDiscard what_to_skip(const AVPacket& packet) const;
  /// The next picture as the decoder gives it; null at the end.
  [[nodiscard]] FramePtr decode();
  /// Gives `frame` a time between its neighbours.  `following`: the picture after it, null at the
  /// end.
  void stamp(AVFrame& frame, const AVFrame* following);

  Demuxer* demuxer_;
  CodecPtr codec_;
  PacketPtr packet_;
  FramePtr following_;  // decoded one picture ahead: only its successor shows that a picture's time
                        // is wrong
  bool started_ = false;
  bool unstamped_ = false;
  bool draining_ = false;
  std::int64_t usual_duration_ = 1;
  std::deque<std::int64_t>
      unused_times_;            // of an unstamped stream: packets whose picture has not come out
  std::int64_t next_time_ = 0;  // of an unstamped stream: the sum of the durations
  std::int64_t entry_time_ = AV_NOPTS_VALUE;
  std::set<std::int64_t> awaited_;  // times of packets, from the last picture but two on
  std::int64_t skip_before_ = INT64_MIN;
  std::function<bool(std::int64_t)> unwanted_;  // of the pictures that no other refers to
  std::optional<std::int64_t> key_frames_before_;
  std::function<bool(std::int64_t)> key_frame_wanted_;
  bool can_skip_ = false;
  std::int64_t longest_;  // ticks from the first picture of all on
  std::int64_t first_pts_ = AV_NOPTS_VALUE;
  std::int64_t last_pts_ = AV_NOPTS_VALUE;
  std::int64_t last_pts_but_one_ = AV_NOPTS_VALUE;
  std::int64_t packets_read_ = 0;
  std::int64_t frames_decoded_ = 0;
};

}  // namespace hindsight::ingest::detail
