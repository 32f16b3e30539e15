// Where a stretch has to be looked at closely, from its packets and its key frames alone.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/media_time.h"
#include "sampler/plan.h"
#include "sampler/small_picture.h"

namespace hindsight::sampler {

/// One packet of the stream, in the order of time.
struct Packet {
  MediaTime time{};  ///< of its picture
  std::int64_t bytes = 0;
  bool is_key = false;
};

/// Why the frames between two key frames are decoded.
enum class WindowReason {
  change,  ///< something begins, ends or moves: cells of the two key frames differ beyond noise
  /// The two key frames show different things, and the encoder did not mark where; or a packet
  /// between them holds a picture of its own.
  scene,
  packets,  ///< the packets between are larger than those in the same place elsewhere
  unseen,   ///< the key frames are too far apart
};
[[nodiscard]] std::string_view to_string(WindowReason reason);

/// The frames from one key frame to the next.
struct Window {
  TimeSpan span{};
  WindowReason reason = WindowReason::unseen;
  /// From here on the packets are as usual.
  MediaTime calm_from{};
  /// LookGaps::longest, or less where the packets tell little.
  MediaDuration longest_unseen{0};
  /// Its packets say that another scene may begin in it, or its key frames do and its packets are
  /// so full that they would not tell: every frame counts.
  bool may_hide_cut = false;
  /// It ends with a key frame out of turn, and no other packet holds a picture of its own.
  bool may_end_with_cut = false;
  /// So much is decoded behind its end: a cut there shows in what follows.
  MediaDuration beyond{0};
  /// It is read for a cut alone: when none can be left, neither can the rest tell anything.
  bool is_for_cut = false;
  /// What is left from here on may pass unseen.
  MediaTime enough_at = MediaTime::from_ns(INT64_MAX);
  /// False: decoding it takes more than it tells, what its packets say has to do.
  bool is_read = true;

  [[nodiscard]] MediaTime read_to() const { return span.end + beyond; }
};

/// What find_cuts() wants to see on both sides.
inline constexpr MediaDuration kAroundCut = std::chrono::milliseconds{200};

/// What packets alone say of a moment.
struct Told {
  MediaTime time{};  ///< of a packet
  /// A shot begins there; else something comes, goes or moves, or the picture does.
  bool is_cut = false;
};

struct WindowChoice {
  std::vector<Window> windows;        ///< ascending, disjoint
  std::vector<Told> told;             ///< of an edited stretch that is not all read; ascending
  std::vector<MediaTime> known_cuts;  ///< key frames that begin a shot
  /// Frames this near to one of these count one by one (LookGaps::every_cut); ascending.
  std::vector<MediaTime> outstanding;
  /// What the key frames say of the cells' noise, and the strength of a change that is a surprise.
  std::array<float, kNumCells> deviations{};
  float surprising = 0;
};

/// No more time than this passes between two looks.
struct LookGaps {
  MediaDuration longest{std::chrono::seconds{10}};  ///< however quiet the packets are
  /// Where packets do not tell at all what a small thing adds.
  MediaDuration blind = MediaDuration::max();
  /// At the end of a window whose packets are largest before.
  MediaDuration rest{0};
  /// Share of the packets of an edited stretch whose windows are read.
  double most_read = 1;
  /// No cut is told by packets alone, but for a key frame out of turn at which they are calm.
  bool every_cut = false;
};

/// `longest` is half the coverage floor or a quarter of a stretch.  `blind` is a second, what an
/// event must last that is not to be missed, where pictures are small enough to be read throughout;
/// no limit of its own where that would cost most of the time of ingest.  There `rest` is a second,
/// and `most_read` a tenth.  pixels_per_second: of media time.
[[nodiscard]] LookGaps look_gaps(const PlanOptions& options, double pixels_per_second);

/// Key frames of `packets` that need no look as long as those around them look alike: the packets
/// on both sides of them are as usual and would tell if something came or went, and so is their own
/// size.  Between two of the others no more time passes than `gaps.longest` and 8 s.  Ascending.
[[nodiscard]] std::vector<MediaTime> quiet_key_frames(std::span<const Packet> packets,
                                                      const LookGaps& gaps);

/// Chooses among the spaces between key frames (and from the last one to the end of `packets`)
/// those that reach into `span`.  `skipped`: key frames that have no picture, each between two of
/// `key_pictures`; the space on either side of it is as different as those two.  Thresholds are
/// relative to what is usual among the spaces given, so that an encoder's habits and a camera's
/// noise cancel out.  Encoders put key frames out of turn at hard cuts: where the picture before
/// such a key frame shows something else, it is a cut, unless a packet of that space may be one:
/// within a second of a key frame x264 puts no other, and a cut is a packet as large as a key frame
/// or where packets become larger or smaller.  In an edited stretch, whose key frames show another
/// scene twice a minute and more, but not every 4 s, nearly every space differs: windows are read
/// that may hide a cut, then by how much changes, as far as `gaps.most_read` and 20 s go, and of
/// the others packets tell. `packets`: those from the first key picture on.
[[nodiscard]] WindowChoice choose_windows(const TimeSpan& span,
                                          std::span<const Packet> packets,
                                          Pictures key_pictures,
                                          const LookGaps& gaps,
                                          std::span<const MediaTime> skipped = {});

/// Tells when a window need not be decoded to its end.
class SettleWatch {
 public:
  /// `after`: the key picture that ends the window.  Both outlive the watch.
  SettleWatch(const WindowChoice& choice, const Window& window, const SmallPicture& after)
      : choice_(choice), window_(window), after_(after) {}

  enum class Rest {
    unknown,
    /// It looks like the pictures of the last half second, which look like `after`.
    alike,
    /// It looks like this picture, and `after` begins a shot.
    until_cut,
  };
  /// For pictures in the order of time: what is left of the window.  Known only where the packets
  /// are calm and enough is left to be worth leaving out.
  [[nodiscard]] Rest look(const SmallPicture& picture);

 private:
  [[nodiscard]] bool is_change(const SmallPicture& picture) const;

  const WindowChoice& choice_;
  const Window& window_;
  const SmallPicture& after_;
  std::optional<MediaTime> alike_since_;
};

}  // namespace hindsight::sampler
