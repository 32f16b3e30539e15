// Videos put together from stretches that were encoded once: packets are copied, nothing is encoded
// again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ingest/video_writer.h"

namespace hindsight::ingest {

/// Pictures as closed groups of one encoder: what stands before or behind them does not matter.
struct EncodedSegment {
  struct Packet {
    std::vector<std::uint8_t> bytes;
    std::int64_t picture = 0;  ///< its place in presentation order, from 0
    bool key = false;
  };
  std::vector<Packet> packets{};  ///< in decoding order
  std::int64_t num_pictures = 0;
};

/// Throws like VideoWriter.  Not thread-safe.
class SegmentEncoder {
 public:
  explicit SegmentEncoder(const VideoWriterOptions& options);
  ~SegmentEncoder();
  void write(ImageView picture);
  /// What was written; the encoder is of no use afterwards.  Throws Error(usage) without pictures.
  [[nodiscard]] EncodedSegment finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Puts segments one behind the other: picture k of the file starts at k / rate seconds.
class SegmentWriter {
 public:
  /// `options` are those of every segment's encoder.  Throws like VideoWriter, and Error(usage) for
  /// a container that keeps the codec's parameters inside the stream.
  SegmentWriter(const std::string& path, const VideoWriterOptions& options);
  ~SegmentWriter();
  /// Throws Error(store) when the disk is full.
  void append(const EncodedSegment& segment);
  [[nodiscard]] std::int64_t num_pictures() const;
  /// Must be called for the file to be complete.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hindsight::ingest
