// Pictures -> packets of one encoder, and packets -> a file: the halves of writing a video.
#pragma once

#include <memory>
#include <string>

#include "core/image_view.h"
#include "ingest/detail/ffmpeg.h"
#include "ingest/video_writer.h"

struct SwsContext;

namespace hindsight::ingest::detail {

/// One thread and fixed settings: the same pictures give the same packets.  Not thread-safe.
class PictureEncoder {
 public:
  /// `global_header`: parameter sets go beside the stream, not into it.  Throws Error(usage) for
  /// options out of range or an unknown codec.
  PictureEncoder(const VideoWriterOptions& options, bool global_header);
  ~PictureEncoder();
  /// RGB of the options' size; pictures are numbered from 0.
  void send(ImageView picture);
  void flush();
  /// The next packet that is ready, its times in pictures, valid until the next call; null when
  /// there is none yet.
  [[nodiscard]] AVPacket* receive();
  [[nodiscard]] const AVCodecContext& context() const { return *encoder_; }

 private:
  CodecPtr encoder_;
  std::unique_ptr<SwsContext, void (*)(SwsContext*)> scaler_;
  FramePtr frame_ = make_frame();
  PacketPtr packet_ = make_packet();
  std::int64_t next_pts_ = 0;
};

/// A file with one stream that is encoded, or with copies of another file's.  Not thread-safe.
class OutputFile {
 public:
  /// Throws Error(usage) when the name's ending is no container.
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  [[nodiscard]] bool wants_global_header() const;
  /// Whether the container can hold such a stream.
  [[nodiscard]] bool can_hold(const AVCodecParameters& codec) const;
  /// The next stream, for packets of `from`; streams are numbered from 0.
  void add_copy(const AVStream& from);
  /// Opens the file and writes its header.  Throws Error(store) here and below when writing fails.
  void open();
  /// With the encoder's stream alone.
  void start(const AVCodecContext& encoder);
  /// Takes the packet's contents; its times are in `time_base`.
  void write(AVPacket& packet, AVRational time_base, int stream = 0);
  void finish();

 private:
  struct CloseOutput {
    void operator()(AVFormatContext* context) const noexcept;
  };
  std::string path_;
  std::unique_ptr<AVFormatContext, CloseOutput> output_;

  int check_write(int code) const;
};

}  // namespace hindsight::ingest::detail
