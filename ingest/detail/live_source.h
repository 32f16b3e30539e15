// One part of a live feed as a source of packets.
#pragma once

#include "ingest/detail/live_feed.h"
#include "ingest/detail/packet_source.h"

namespace hindsight::ingest::detail {

/// Several may read the same feed, each from its own place; who is first at its end waits for the
/// source.
class LiveSource final : public PacketSource {
 public:
  /// `feed` outlives it.  Begins at packet `number` of part `part`.
  LiveSource(LiveFeed& feed, std::string name, int part, std::int64_t number)
      : feed_(feed), name_(std::move(name)), part_(part), number_(number) {}

  [[nodiscard]] const AVStream& stream() const override {
    return feed_.part(part_).stream.stream();
  }
  [[nodiscard]] const std::string& path() const override { return name_; }
  /// The part ends with AVERROR_EOF.
  [[nodiscard]] int read(AVPacket& packet) override;
  [[nodiscard]] bool seek(std::int64_t ts) override;
  /// There is no going back to the first packet: it stays where it is.
  void rewind() override {}
  [[nodiscard]] std::optional<std::int64_t> key_frame_before(std::int64_t ts) const override;
  [[nodiscard]] bool knows_key_frames_until(std::int64_t) const override { return true; }

  /// Of the packet that is read next.
  [[nodiscard]] std::int64_t number() const { return number_; }

 private:
  LiveFeed& feed_;
  std::string name_;
  int part_;
  std::int64_t number_;
};

}  // namespace hindsight::ingest::detail
