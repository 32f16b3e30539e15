// Frames of one video stream in presentation order, with exact times, upright, deinterlaced.
// Pull-driven: a frame is decoded when it is asked for.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/image_view.h"
#include "core/logger.h"
#include "core/media_time.h"
#include "ingest/limits.h"

namespace hindsight::ingest {

namespace detail {
class PacketSource;
}

/// A fraction as FFmpeg gives it; den > 0.
struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;
  friend bool operator==(const Rational&, const Rational&) = default;
};

/// What the container says of the stream that is read; sizes are upright (rotation applied).
struct StreamFacts {
  int index = -1;  ///< number of the stream in its file, as ffprobe counts
  std::string codec;
  std::string pixel_format;
  Rational time_base;
  Rational average_frame_rate;  ///< 0/1 when unknown
  int width = 0;                ///< of the stored samples
  int height = 0;
  int display_width = 0;  ///< after the sample aspect ratio
  int display_height = 0;
  int rotation_degrees = 0;  ///< clockwise, that was applied
  bool interlaced = false;
  std::int64_t start_pts = 0;  ///< pts of the first frame: the zero of media time
};

/// One decoded picture.  Move-only; owns its pixels, independent of the reader.
class Frame {
 public:
  Frame(Frame&&) noexcept;
  Frame& operator=(Frame&&) noexcept;
  ~Frame();

  [[nodiscard]] MediaTime time() const;
  /// Until the next frame's time: the container's duration field counts only for the last frame.
  [[nodiscard]] MediaDuration duration() const;
  [[nodiscard]] std::int64_t pts() const;           ///< in units of StreamFacts::time_base
  [[nodiscard]] std::int64_t pts_duration() const;  ///< likewise
  [[nodiscard]] bool is_key() const;

  /// RGB24 at stored size, upright, full range, converted by the stream's own matrix and range.
  [[nodiscard]] Image rgb() const;
  /// Mean luma of width x height equal boxes, upright, full range, one channel.  Much cheaper than
  /// rgb().
  [[nodiscard]] Image luma(int width, int height) const;
  /// Likewise the means of Cb and Cr; 128 is grey.
  [[nodiscard]] std::array<Image, 2> chroma(int width, int height) const;

 private:
  friend class VideoReader;
  struct Impl;
  explicit Frame(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Counted when it happens; read by tests, benchmarks and `--explain`.
struct DecodeStats {
  std::int64_t packets_read = 0;
  std::int64_t frames_decoded = 0;  ///< delivered by the decoder, wanted or not
  std::int64_t seeks = 0;
  std::int64_t errors = 0;  ///< packets or frames that could not be decoded
};

struct PacketScan;

struct ReaderOptions {
  /// Number of the stream in its file, as ffprobe counts.  -1: the best video stream.
  int stream = -1;
  /// Decoder threads.  0: one a core.
  int threads = 0;
  /// What may be claimed.
  InputLimits limits{};
  /// Called for every packet that is read, of whatever stream.
  std::function<void()> on_packet{};
};

/// Which frames next() gives.
enum class Frames {
  all,
  /// Frames that no other refers to are left out, where the codec tells which these are and the
  /// pictures are not interlaced.
  referenced,
};

/// Whether decoders smooth the edges of blocks (H.264, HEVC, VP9).
enum class Deblocking {
  on,
  /// Not done where the decoder can leave it out: a third cheaper, and each picture up to the next
  /// key frame differs a little from what the encoder meant.  For means over many pixels alone.
  off,
};

/// Not thread-safe: one reader, one thread.  Damage is skipped, counted in stats().errors and
/// logged once.
class VideoReader {
 public:
  /// `path`: a local file or a URL that FFmpeg can seek in.  Throws Error(unreadable_input) in one
  /// sentence for a missing, empty, unreadable or audio-only input, a directory, or what is not a
  /// video.
  explicit VideoReader(const std::string& path,
                       const ReaderOptions& options = {},
                       Logger logger = {});
  /// Reads the stream that was scanned, the same frames by the places of its packets: an MP4's
  /// index is not read again and not held.  The file is the one that was scanned; `options.stream`
  /// is not asked.  Throws likewise.
  VideoReader(const std::string& path,
              const PacketScan& scan,
              const ReaderOptions& options,
              Logger logger = {});
  ~VideoReader();
  VideoReader(VideoReader&&) noexcept;
  VideoReader& operator=(VideoReader&&) noexcept;

  [[nodiscard]] const StreamFacts& facts() const;

  /// The next frame in presentation order; empty at the end of the stream.
  [[nodiscard]] std::optional<Frame> next();

  /// After it, next() returns the frame that is on screen at `t` (the last frame whose time is <=
  /// t, or the first frame).  Decodes on from where it stands when that is nearer than the key
  /// frame before `t`.  `frames` and `deblocking` hold until the next seek; where frames are left
  /// out, the first one may be a frame before.  `also`, called until then: frames that are given
  /// though no other refers to them.
  void seek(MediaTime t,
            Frames frames = Frames::all,
            Deblocking deblocking = Deblocking::on,
            std::function<bool(MediaTime)> also = {});

  /// Decodes the key frames whose time lies in `span` and is `wanted` (empty: all) and nothing
  /// between them; `visit` returns false for enough.  Their duration() is a usual picture's,
  /// interlaced ones keep their lines.  The reader stands nowhere afterwards: seek() before next().
  void read_key_frames(const TimeSpan& span,
                       const std::function<bool(const Frame&)>& visit,
                       const std::function<bool(MediaTime)>& wanted = {},
                       Deblocking deblocking = Deblocking::on);

  [[nodiscard]] const DecodeStats& stats() const;

 private:
  friend class LiveStream;
  /// `start_pts`: the zero of media time; the first frame when empty.
  VideoReader(std::unique_ptr<detail::PacketSource> source,
              std::optional<std::int64_t> start_pts,
              const ReaderOptions& options,
              Logger logger);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::ingest
