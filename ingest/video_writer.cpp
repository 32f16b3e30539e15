#include "ingest/video_writer.h"

#include "ingest/detail/encoder.h"

namespace hindsight::ingest {

struct VideoWriter::State {
  detail::OutputFile output;
  detail::PictureEncoder encoder;

  State(const std::string& path, const VideoWriterOptions& options)
      : output(path), encoder(options, output.wants_global_header()) {
    output.start(encoder.context());
  }
  void drain() {
    while (AVPacket* packet = encoder.receive()) output.write(*packet, encoder.context().time_base);
  }
};

VideoWriter::VideoWriter(const std::string& path, const VideoWriterOptions& options)
    : state_(std::make_unique<State>(path, options)) {}

VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

void VideoWriter::write(ImageView picture) {
  state_->encoder.send(picture);
  state_->drain();
}

void VideoWriter::finish() {
  state_->encoder.flush();
  state_->drain();
  state_->output.finish();
}

}  // namespace hindsight::ingest
