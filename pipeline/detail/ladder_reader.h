// Climbs the ladder for one stretch: packets, key frames, windows that matter.  Private to
// pipeline/.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "pipeline/detail/hole_watch.h"
#include "pipeline/ladder.h"
#include "sampler/plan.h"
#include "sampler/small_picture.h"
#include "sampler/windows.h"

namespace hindsight::pipeline {

/// What is known of a stretch without decoding all of it, as sampler::StretchInput wants it.
struct StretchSight {
  std::vector<sampler::SmallPicture> pictures;
  std::vector<MediaTime> frames;
  std::vector<MediaTime> known_cuts;
  std::vector<sampler::Told> told;
};

/// Uses a reader that others move between two calls.
class LadderReader {
 public:
  /// All but `options` outlive it.
  LadderReader(ingest::VideoReader& reader,
               const ingest::PacketScan& scan,
               const HoleWatch& watch,
               const sampler::PlanOptions& options);

  /// Whether the key frames around `span` are near enough to each other to tell something; depends
  /// on the scan alone.
  [[nodiscard]] bool can_climb(const TimeSpan& span) const;

  /// Empty when `on_frame` returned false; without pictures when the key frames cannot be decoded
  /// alone (intra refresh calls such frames so) and the stretch is to be read straight.  Afterwards
  /// the reader stands anywhere.
  [[nodiscard]] std::optional<StretchSight> look(const TimeSpan& span,
                                                 const std::function<bool(MediaTime)>& on_frame,
                                                 LadderReport& report);

 private:
  struct WindowRead {
    MediaTime to{};
    bool ends_with_cut = false;  ///< at its end, though what is before was left out
  };
  /// Adds the pictures of `window`, whose last ones may be left out where they are known from
  /// `after`, the key picture that follows (null: none).  Empty when `on_frame` returned false.
  [[nodiscard]] std::optional<WindowRead> read_window(
      const sampler::WindowChoice& choice,
      const sampler::Window& window,
      const sampler::SmallPicture* after,
      const std::function<bool(MediaTime)>& on_frame,
      std::vector<sampler::SmallPicture>& pictures);
  /// Of `pictures`, those of a window from `first` on: where a shot may begin between two of them,
  /// those between the two are added.  False when `on_frame` returned false.
  [[nodiscard]] bool look_closer(std::size_t first,
                                 const std::vector<MediaTime>& frames,
                                 const std::function<bool(MediaTime)>& on_frame,
                                 std::vector<sampler::SmallPicture>& pictures);
  [[nodiscard]] bool every_cut() const { return gaps_.every_cut; }
  /// From the second key frame before `span` to the second one after it.
  [[nodiscard]] TimeSpan reach_of(const TimeSpan& span) const;
  /// What is known of the key frames of `reach`.
  struct KeyLooks {
    std::vector<sampler::SmallPicture> pictures;
    std::vector<MediaTime> skipped;  ///< that were left out, ascending
    sampler::WindowChoice choice;
    bool are_there = false;  ///< what the packets claim can mostly be decoded
  };
  /// Those that packets leave in doubt, then those between two that differ.  Empty when `on_frame`
  /// returned false.
  [[nodiscard]] std::optional<KeyLooks> look_at_keys(
      const TimeSpan& span,
      const TimeSpan& reach,
      std::span<const sampler::Packet> packets,
      const std::function<bool(MediaTime)>& on_frame);
  /// Adds the pictures of the key frames of `reach` that are `wanted`; false when `on_frame`
  /// returned false.
  [[nodiscard]] bool read_key_pictures(const TimeSpan& reach,
                                       const std::function<bool(MediaTime)>& wanted,
                                       const std::function<bool(MediaTime)>& on_frame,
                                       std::vector<sampler::SmallPicture>& pictures);

  ingest::VideoReader& reader_;
  const ingest::PacketScan& scan_;
  const HoleWatch& watch_;
  bool every_frame_;
  sampler::LookGaps gaps_;
};

}  // namespace hindsight::pipeline
