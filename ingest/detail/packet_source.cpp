#include "ingest/detail/packet_source.h"

#include <cerrno>
#include <cstring>
#include <functional>
#include <span>
#include <utility>

#include "ingest/detail/demuxer.h"
#include "ingest/detail/file_descriptor.h"
#include "ingest/detail/media_file.h"

namespace hindsight::ingest::detail {
namespace {

class ContainerSource final : public PacketSource {
 public:
  ContainerSource(const std::string& path, const ReaderOptions& options)
      : file_(path, options.limits, options.on_packet),
        stream_(&select_video(file_, options.stream)) {
    discard_other_streams();
  }

  const AVStream& stream() const override { return *stream_; }
  const std::string& path() const override { return file_.path(); }
  int read(AVPacket& packet) override { return file_.read(packet); }
  bool seek(std::int64_t ts) override { return file_.seek(stream_->index, ts); }

  void rewind() override {
    const int index = stream_->index;
    file_.reopen();
    stream_ = &select_video(file_, index);
    discard_other_streams();
  }

  std::optional<std::int64_t> key_frame_before(std::int64_t ts) const override {
    const AVIndexEntry* key =
        avformat_index_get_entry_from_timestamp(stream_, ts, AVSEEK_FLAG_BACKWARD);
    return key != nullptr ? std::optional(key->timestamp) : std::nullopt;
  }

  bool knows_key_frames_until(std::int64_t ts) const override {
    return avformat_index_get_entry_from_timestamp(stream_, ts, 0) != nullptr;
  }

 private:
  void discard_other_streams() {
    for (AVStream* other : streams_of(file_.format())) {
      other->discard = other == stream_ ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
  }

  MediaFile file_;
  AVStream* stream_;  // owned by file_
};

class TableSource final : public PacketSource {
 public:
  TableSource(std::string path,
              std::shared_ptr<const PacketTable> table,
              std::function<void()> on_packet)
      : path_(std::move(path)),
        table_(std::move(table)),
        on_packet_(std::move(on_packet)),
        file_(open_regular(path_)) {
    if (file_.is_open()) return;
    refuse_unreadable_path(path_);
    refuse(path_, "it is no longer an ordinary file; repeat the command");
  }

  const AVStream& stream() const override { return table_->stream(); }
  const std::string& path() const override { return path_; }

  int read(AVPacket& packet) override {
    if (on_packet_) on_packet_();
    const auto place = table_->next(cursor_);
    if (!place) return AVERROR_EOF;
    if (const int code = av_new_packet(&packet, static_cast<int>(place->size)); code < 0)
      return code;
    if (!file_.read_at(place->position,
                       std::span(packet.data, static_cast<std::size_t>(packet.size)))) {
      av_packet_unref(&packet);
      return AVERROR(EIO);
    }
    packet.stream_index = stream().index;
    packet.pos = place->position;
    packet.pts = place->pts;
    packet.dts = place->dts;
    packet.duration = place->duration;
    packet.flags = place->flags;
    return 0;
  }

  bool seek(std::int64_t ts) override {
    const auto key = table_->find_key_frame(ts);
    if (key) cursor_ = *key;
    return key.has_value();
  }

  void skip_to_key_frame() override {
    for (auto ahead = cursor_; const auto place = table_->next(ahead); cursor_ = ahead) {
      if ((place->flags & AV_PKT_FLAG_KEY) != 0) return;
    }
  }

  void rewind() override { cursor_ = {}; }

  std::optional<std::int64_t> key_frame_before(std::int64_t ts) const override {
    auto key = table_->find_key_frame(ts);
    if (!key) return std::nullopt;
    return table_->next(*key)->pts;
  }

  bool knows_key_frames_until(std::int64_t) const override { return true; }

 private:
  std::string path_;
  std::shared_ptr<const PacketTable> table_;
  std::function<void()> on_packet_;
  FileDescriptor file_;
  PacketTable::Cursor cursor_;
};

}  // namespace

std::unique_ptr<PacketSource> open_container(const std::string& path,
                                             const ReaderOptions& options) {
  return std::make_unique<ContainerSource>(path, options);
}

std::unique_ptr<PacketSource> open_table(const std::string& path,
                                         std::shared_ptr<const PacketTable> table,
                                         const ReaderOptions& options) {
  return std::make_unique<TableSource>(path, std::move(table), options.on_packet);
}

}  // namespace hindsight::ingest::detail
