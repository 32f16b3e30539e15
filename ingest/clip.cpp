#include "ingest/clip.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/encoder.h"
#include "ingest/detail/media_file.h"

namespace hindsight::ingest {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();

/// A stretch in ticks of the video stream: from a key frame's time to the end of what is wanted.
struct Part {
  std::int64_t key = 0;
  std::int64_t end = 0;
};

/// Copies parts of one file; see copy_stretches().
class Copier {
 public:
  Copier(const std::string& path, const PacketScan& scan, const std::string& output)
      : scan_(scan),
        file_(path),
        output_(output),
        video_(scan.facts.index),
        video_base_(stream(video_).time_base) {
    if (!output_.can_hold(*stream(video_).codecpar)) {
      throw Error(ErrorCode::usage,
                  fmt::format("'{}' cannot hold {} video; name it .mkv", output, scan.facts.codec));
    }
    output_.add_copy(stream(video_));
    const int sound =
        av_find_best_stream(&file_.format(), AVMEDIA_TYPE_AUDIO, -1, video_, nullptr, 0);
    if (sound >= 0 && output_.can_hold(*stream(sound).codecpar)) {
      sound_ = sound;
      sound_base_ = stream(sound).time_base;
      output_.add_copy(stream(sound));
    }
  }

  /// Whether something of the output was written.
  [[nodiscard]] bool has_begun() const { return has_begun_; }

  /// wanted: sorted, disjoint.
  std::vector<TimeSpan> run(const std::vector<TimeSpan>& wanted) {
    output_.open();
    has_begun_ = true;
    std::vector<TimeSpan> copied;
    for (const Part& part : parts_of(wanted)) {
      copy(part);
      copied.push_back({media_time(part.key), media_time(last_end_)});
    }
    output_.finish();
    return copied;
  }

 private:
  [[nodiscard]] const AVStream& stream(int index) const {
    return *detail::streams_of(file_.format())[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] std::int64_t ticks(MediaTime time) const {
    return av_rescale_q(time.ns(), detail::kNanoseconds, video_base_) + scan_.facts.start_pts;
  }
  [[nodiscard]] MediaTime media_time(std::int64_t pts) const {
    const auto ns = av_rescale_q(pts - scan_.facts.start_pts, video_base_, detail::kNanoseconds);
    return std::min(MediaTime::from_ns(ns), scan_.end);
  }

  std::vector<Part> parts_of(const std::vector<TimeSpan>& wanted) const {
    std::vector<Part> parts;
    for (const TimeSpan& span : wanted) {
      const auto after =
          std::upper_bound(scan_.key_frames.begin(), scan_.key_frames.end(), span.begin);
      const MediaTime key = after != scan_.key_frames.begin() ? *std::prev(after) : MediaTime{};
      const Part part{ticks(key), ticks(std::min(span.end, scan_.end))};
      if (!parts.empty() && part.key <= parts.back().end)
        parts.back().end = std::max(parts.back().end, part.end);
      else
        parts.push_back(part);
    }
    return parts;
  }

  void copy(const Part& part) {
    if (!file_.seek(video_, part.key)) file_.reopen();
    read_dts_ = kNone;
    bool may_reopen = true;
    bool is_inside = false;
    last_end_ = part.key;
    while (file_.read(*packet_) >= 0) {
      const detail::PacketContents contents(packet_.get());
      if (packet_->stream_index == sound_ && is_inside) copy_sound(part);
      if (packet_->stream_index != video_ || packet_->size == 0) continue;
      if (packet_->pts == AV_NOPTS_VALUE) continue;
      note_decoding_time();
      if (!is_inside) {
        const bool is_key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
        if (is_key && packet_->pts > part.key && may_reopen) {
          // The container's index led behind the key frame.
          may_reopen = false;
          file_.reopen();
          read_dts_ = kNone;
          continue;
        }
        if (!is_key || packet_->pts < part.key) continue;
        is_inside = true;
        begin_part(part);
      }
      if (packet_->dts >= part.end) break;
      // Pictures before the key frame rest on what is not copied.
      if (packet_->pts >= part.key) copy_video();
    }
    if (!is_inside) {
      detail::refuse(file_.path(),
                     fmt::format("nothing can be read at {}, where a clip was to be cut",
                                 to_clock(media_time(part.key))));
    }
    // The last picture lasts until the next one starts, wherever its own duration ends.
    last_end_ = std::max(last_end_, part.end);
    next_ += last_end_ - part.key;
  }

  /// Matroska stores none, and FFmpeg knows them only some packets behind a seek.
  void note_decoding_time() {
    const std::int64_t length = std::max<std::int64_t>(packet_->duration, 1);
    if (packet_->dts == AV_NOPTS_VALUE) {
      const std::int64_t ahead = length * stream(video_).codecpar->video_delay;
      packet_->dts =
          std::min(packet_->pts, read_dts_ == kNone ? packet_->pts - ahead : read_dts_ + 1);
    }
    read_dts_ = packet_->dts;
  }

  /// The part's first picture stands at next_, or as much later as decoding times must rise.
  void begin_part(const Part& part) {
    const std::int64_t ahead = packet_->pts - packet_->dts;
    if (last_dts_ != kNone) next_ = std::max(next_, last_dts_ + 1 + ahead);
    shift_ = next_ - part.key;
  }

  void copy_video() {
    const std::int64_t length = std::max<std::int64_t>(packet_->duration, 1);
    last_end_ = std::max(last_end_, packet_->pts + length);
    packet_->pts += shift_;
    packet_->dts = std::max(packet_->dts + shift_, last_dts_ + 1);
    last_dts_ = packet_->dts;
    output_.write(*packet_, video_base_, 0);
  }

  void copy_sound(const Part& part) {
    if (packet_->pts == AV_NOPTS_VALUE) return;
    const auto at = [&](std::int64_t pts) { return av_rescale_q(pts, video_base_, sound_base_); };
    if (packet_->pts < at(part.key) || packet_->pts >= at(part.end)) return;
    packet_->pts += at(shift_);
    packet_->dts = packet_->pts;
    output_.write(*packet_, sound_base_, 1);
  }

  const PacketScan& scan_;
  detail::MediaFile file_;
  detail::OutputFile output_;
  detail::PacketPtr packet_ = detail::make_packet();
  int video_ = -1;
  int sound_ = -1;
  AVRational video_base_{};
  AVRational sound_base_{};
  bool has_begun_ = false;
  // In ticks of the video stream; last_end_ and read_dts_ in the file's time, the others in the
  // output's.
  std::int64_t next_ = 0;
  std::int64_t shift_ = 0;
  std::int64_t last_end_ = 0;
  std::int64_t last_dts_ = kNone;
  std::int64_t read_dts_ = kNone;
};

std::vector<TimeSpan> united(std::span<const TimeSpan> wanted) {
  std::vector<TimeSpan> sorted(wanted.begin(), wanted.end());
  std::erase_if(sorted, [](const TimeSpan& span) { return span.empty(); });
  std::sort(sorted.begin(), sorted.end());
  std::vector<TimeSpan> result;
  for (const TimeSpan& span : sorted) {
    if (!result.empty() && span.begin <= result.back().end)
      result.back().end = std::max(result.back().end, span.end);
    else
      result.push_back(span);
  }
  return result;
}

}  // namespace

std::vector<TimeSpan> copy_stretches(const std::string& path,
                                     const PacketScan& scan,
                                     std::span<const TimeSpan> wanted,
                                     const std::string& output) {
  const auto stretches = united(wanted);
  if (stretches.empty() || stretches.front().begin >= scan.end)
    throw Error(ErrorCode::usage, fmt::format("nothing of '{}' is wanted in '{}'", path, output));
  std::error_code no_such_file;
  if (std::filesystem::equivalent(path, output, no_such_file)) {
    throw Error(ErrorCode::usage,
                fmt::format("'{}' is the video itself; name another file for the clip", output));
  }
  if (scan.packets_without_time > 0) {
    throw Error(ErrorCode::unreadable_input,
                fmt::format("'{}' cannot be cut by copying: not all of its pictures have a time; "
                            "put it into another container first, such as .mkv",
                            path));
  }
  Copier copier(path, scan, output);
  try {
    return copier.run(stretches);
  } catch (const Error&) {
    if (copier.has_begun()) std::filesystem::remove(output, no_such_file);
    throw;
  }
}

}  // namespace hindsight::ingest
