// What packets tell of the spaces between key frames.  Private to sampler/.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "sampler/likeness.h"
#include "sampler/windows.h"

namespace hindsight::sampler {

/// Deviations from what is usual that are a surprise.
inline constexpr double kSurprise = 4;

/// From one key frame to the next.
struct Space {
  TimeSpan span;
  std::vector<std::optional<double>> load;  ///< log bytes of the packets at each step; empty: none
  float strength = 0;                       ///< of the change between its key frames
  Likeness likeness = Likeness::same_scene;
  MediaDuration longest_unseen{0};
  std::optional<MediaTime> surprising_until;  ///< empty: its packets are as usual
  std::optional<MediaTime> own_picture;       ///< the last packet that holds one
  std::optional<MediaTime> other_level;       ///< from here on they are larger, or smaller
  bool is_loud_at_end = false;                ///< its last packets are large beside the key frame

  [[nodiscard]] bool other_scene() const { return likeness != Likeness::same_scene; }
};

/// One space from each of `keys` to the next, the last one to the end of `packets`.
[[nodiscard]] std::vector<Space> spaces_between(const std::vector<MediaTime>& keys,
                                                std::span<const Packet> packets,
                                                const LookGaps& gaps);

/// Marks the spaces whose packets are larger somewhere than usual in that place.
void find_surprising_packets(std::vector<Space>& spaces);

/// Packets at which a scene may begin though they are no key frames; sizes that change say so only
/// where the key frames show different things.
void find_unmarked_cuts(std::span<const Packet> packets, std::vector<Space>& spaces);

/// The same where every cut is looked for: fewer packets, those that stand out among their
/// neighbours, and levels that are very different.  Where the last packets of a space are large beside
/// the key frame that ends it, the encoder may have put it there for motion.
void find_signs_of_cuts(std::span<const Packet> packets, std::vector<Space>& spaces);

/// From here on the packets of a space are as usual.
[[nodiscard]] MediaTime calm_from(const Space& space);

/// Where its packets are largest is behind.
[[nodiscard]] MediaTime busiest_until(const Space& space);

/// A space of fewer seconds ends with a key frame out of turn.
[[nodiscard]] double least_in_turn(const std::vector<Space>& spaces);

/// Of each key frame: whether its size is what key frames of this stream are like.
[[nodiscard]] std::vector<bool> of_usual_size(const std::vector<Packet>& keys);

/// Packets of `span`, behind its key frame, that are `times` as large as nearly all of those half a
/// second before and after, and no trifle beside the smaller of the key frames on both sides.
[[nodiscard]] std::vector<MediaTime> outstanding_packets(std::span<const Packet> packets,
                                                         const TimeSpan& span,
                                                         double times);

/// Packets about which those of 0.4 s are larger by a fourth than before and after, ascending:
/// where something comes, goes or moves, or the picture does.
[[nodiscard]] std::vector<MediaTime> packet_peaks(std::span<const Packet> packets);

/// Where `span`, between two key frames that show different scenes, may be cut: the packets that
/// hold a picture of their own, else the largest, if it is larger than usual by half.
[[nodiscard]] std::vector<MediaTime> packets_at_cuts(std::span<const Packet> packets,
                                                     const TimeSpan& span);

}  // namespace hindsight::sampler
