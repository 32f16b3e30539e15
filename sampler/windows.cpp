#include "sampler/windows.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "sampler/motion.h"
#include "sampler/spaces.h"

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// A change is looked at from this share of the strength on that would be activity.
constexpr float kSurprisingShare = 0.7F;
// So long a window must look like its end before the rest is left out, and so much must be left.
constexpr MediaDuration kSettled = 500ms;
constexpr MediaDuration kWorthLeavingOut = 400ms;
constexpr MediaDuration kLongestBlind = 1s;
// What lasts a second is not missed.
constexpr MediaDuration kRest = 1s;
// Of an edited stretch, and what may be read however short it is.
constexpr double kMostRead = 0.1;
constexpr MediaDuration kAlwaysRead = 20s;
// Another scene this often makes a stretch an edited one, or one in which most spaces hold cuts.
constexpr MediaDuration kEditedEvery = 30s;
constexpr MediaDuration kHurriedEvery = 4s;
// A peak nearer to a cut is the cut.
constexpr MediaDuration kSameMoment = 300ms;
// 768 x 432 at 25 pictures a second have 8.3 million, 1920 x 1080 52 million.
constexpr double kLargePixels = 1e7;
// Where nothing surprises, from one key frame that is looked at to the next.
constexpr MediaDuration kQuietFor = 8s;
// What tells a blend that goes on to the end of a window from a pan.
constexpr MediaDuration kBehindBlend = 400ms;
// Packets that stand out by less than what is a sign of a cut, but may be one.
constexpr double kMayBeCut = 1.5;

/// Which key pictures are half one scene and half another: like both neighbours, which are not like
/// each other.  What is on either side of one is in doubt.
std::vector<bool> find_blended(Pictures keys, std::vector<Likeness>& alike) {
  std::vector<bool> blended(keys.size());
  const auto before = alike;
  for (std::size_t i = 1; i + 1 < keys.size(); ++i) {
    if (before[i - 1] == Likeness::unrelated || before[i] == Likeness::unrelated) continue;
    if (likeness(keys[i - 1], keys[i + 1]) != Likeness::unrelated) continue;
    blended[i] = true;
    alike[i - 1] = alike[i] = Likeness::doubtful;
  }
  return blended;
}

/// Compares neighbouring key pictures; what is between them is as different as they are.
void compare_key_pictures(Pictures keys,
                          bool every_cut,
                          std::vector<Space>& spaces,
                          WindowChoice& choice) {
  CellNoise noise;
  std::vector<ChangeMap> maps;
  std::vector<std::uint32_t> weights;
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    maps.push_back(change_map(keys[i], keys[i + 1]));
    weights.push_back(look_weight(keys[i + 1].time - keys[i].time));
    noise.add(maps.back(), weights.back());
  }
  choice.deviations = noise.deviations();
  std::vector<Motion> motion;
  std::vector<Likeness> alike;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    motion.push_back(measure_motion(keys[i].time, maps[i], choice.deviations));
    alike.push_back(likeness(keys[i], keys[i + 1]));
    const bool all_changed = motion.back().area > kWholePicture;
    if (all_changed && alike.back() == Likeness::same_scene) alike.back() = Likeness::doubtful;
    // A cut away and back is a packet that stands out.
    if (every_cut && alike.back() == Likeness::doubtful && is_same_place(keys[i], keys[i + 1]))
      alike.back() = Likeness::same_scene;
  }
  const auto blended = every_cut ? find_blended(keys, alike) : std::vector<bool>(keys.size());
  auto space = spaces.begin();
  for (std::size_t i = 0; i < maps.size(); ++i) {
    for (; space != spaces.end() && space->span.begin < keys[i + 1].time; ++space) {
      space->strength = motion[i].strength;
      space->likeness = alike[i];
      if (blended[i + 1]) space->longest_unseen = MediaDuration{0};
    }
  }
  // Nothing behind the last key frame says what it is like there.
  for (; space != spaces.end() && every_cut; ++space) space->likeness = Likeness::doubtful;
  choice.surprising = kSurprisingShare * motion_threshold(motion, weights);
}

/// `is_short`: a key frame out of turn ends it.  `rest`: so much at its end may pass unseen.
Window window_of(const Space& space,
                 WindowReason reason,
                 bool is_short,
                 const LookGaps& gaps,
                 MediaDuration rest) {
  const bool may_hide_cut = space.own_picture || space.other_level ||
                            (space.other_scene() && space.longest_unseen < gaps.longest);
  Window window{.span = space.span,
                .reason = reason,
                .calm_from = calm_from(space),
                .longest_unseen = space.longest_unseen,
                .may_hide_cut = may_hide_cut && !gaps.every_cut};
  if (reason == WindowReason::scene && is_short) {
    window.beyond = kAroundCut;
    window.may_end_with_cut =
        gaps.every_cut ? !space.is_loud_at_end : !space.own_picture.has_value();
  } else if (!may_hide_cut && !(gaps.every_cut && reason == WindowReason::scene)) {
    window.enough_at = std::max(space.span.end - rest, busiest_until(space));
  } else if (gaps.every_cut) {
    window.beyond = kBehindBlend;
  }
  return window;
}

/// How much a stretch is cut.
enum class Pace {
  calm,
  edited,   ///< enough that reading all of it is dear, and little enough that packets tell where
  hurried,  ///< most spaces hold a cut
};

Pace pace_of(const std::vector<Space>& spaces) {
  MediaDuration length{0};
  std::int64_t scenes = 0;
  for (const auto& space : spaces) {
    length += space.span.length();
    scenes += space.likeness == Likeness::unrelated ? 1 : 0;
  }
  if (scenes * kEditedEvery < length) return Pace::calm;
  return scenes * kHurriedEvery < length ? Pace::edited : Pace::hurried;
}

struct Opened {
  Window* window;
  const Space* space;
  bool is_short;  ///< a key frame out of turn ends it
  bool is_owed;   ///< every cut is looked for, and it may hold one
};

/// Before others what may hide a cut, then what changes most; where there is one, packets tell it.
bool is_read_before(const Opened& a, const Opened& b) {
  const auto order = [](const Opened& opened) {
    const bool may_hide = opened.space->likeness == Likeness::doubtful;
    const bool is_cut = opened.space->likeness == Likeness::unrelated;
    return std::tuple{!may_hide, is_cut, opened.window->reason, -opened.space->strength};
  };
  return order(a) < order(b);
}

std::int64_t count_packets(std::span<const Packet> packets, const TimeSpan& span) {
  return std::ranges::lower_bound(packets, span.end, {}, &Packet::time) -
         std::ranges::lower_bound(packets, span.begin, {}, &Packet::time);
}

/// Closes windows from where the packets that may be read are used up.
void limit_reading(const TimeSpan& span,
                   std::span<const Packet> packets,
                   const LookGaps& gaps,
                   std::vector<Opened> opened) {
  std::ranges::stable_sort(opened, is_read_before);
  const auto all = static_cast<double>(count_packets(packets, span));
  double left = std::max(gaps.most_read, to_seconds(kAlwaysRead) / to_seconds(span.length())) * all;
  for (const auto& [window, space, is_short, is_owed] : opened) {
    if (is_owed) continue;
    const MediaTime end = std::min(window->enough_at, window->read_to());
    const auto cost = static_cast<double>(count_packets(packets, {window->span.begin, end}));
    window->is_read = cost <= left;
    if (window->is_read) left -= cost;
  }
}

/// The cuts of those that are not read, but for `no_cuts`, and peaks everywhere.
std::vector<Told> told_by_packets(std::span<const Packet> packets,
                                  const std::vector<Opened>& opened,
                                  bool no_cuts) {
  std::vector<Told> told;
  for (const auto& [window, space, is_short, is_owed] : opened) {
    if (no_cuts || window->is_read || space->likeness != Likeness::unrelated) continue;
    std::vector<MediaTime> cuts;
    if (!window->may_end_with_cut) cuts = packets_at_cuts(packets, space->span);
    if (cuts.empty() && !is_short && space->other_level) cuts.push_back(*space->other_level);
    if (cuts.empty() || is_short) cuts.push_back(space->span.end);
    for (const MediaTime cut : cuts) told.push_back({cut, true});
  }
  const auto num_cuts = told.size();
  for (const MediaTime peak : packet_peaks(packets)) {
    const auto is_same = [&](const Told& cut) { return abs(peak - cut.time) < kSameMoment; };
    if (std::ranges::none_of(std::span(told).first(num_cuts), is_same))
      told.push_back({peak, false});
  }
  std::ranges::sort(told, {}, &Told::time);
  return told;
}

}  // namespace

std::string_view to_string(WindowReason reason) {
  switch (reason) {
    case WindowReason::change:
      return "change";
    case WindowReason::scene:
      return "scene";
    case WindowReason::packets:
      return "packets";
    case WindowReason::unseen:
      return "unseen";
  }
  throw Error(ErrorCode::internal, "a window has no reason");
}

LookGaps look_gaps(const PlanOptions& options, double pixels_per_second) {
  const bool large = pixels_per_second > kLargePixels;
  return {.longest = std::min(options.coverage_floor / 2, options.stretch_length / 4),
          .blind = large ? MediaDuration::max() : kLongestBlind,
          .rest = large ? kRest : MediaDuration{0},
          .most_read = large ? kMostRead : 1,
          .every_cut = options.exact};
}

std::vector<MediaTime> quiet_key_frames(std::span<const Packet> packets, const LookGaps& gaps) {
  std::vector<Packet> keys;
  std::ranges::copy_if(packets, std::back_inserter(keys), &Packet::is_key);
  std::vector<MediaTime> times;
  for (const auto& key : keys) times.push_back(key.time);
  if (keys.size() < 3) return {};
  auto spaces = spaces_between(times, packets, gaps);
  find_surprising_packets(spaces);
  const auto is_usual = of_usual_size(keys);
  const double least = least_in_turn(spaces);
  const auto is_quiet = [&](const Space& space) {
    return !space.surprising_until && space.longest_unseen == gaps.longest &&
           space.span.length() <= space.longest_unseen && to_seconds(space.span.length()) >= least;
  };
  std::vector<MediaTime> quiet;
  MediaTime looked_at = times.front();
  for (std::size_t i = 1; i + 1 < keys.size(); ++i) {
    const bool is_soon = times[i + 1] - looked_at <= std::min(kQuietFor, gaps.longest);
    if (is_soon && is_usual[i] && is_quiet(spaces[i - 1]) && is_quiet(spaces[i])) {
      quiet.push_back(times[i]);
    } else {
      looked_at = times[i];
    }
  }
  return quiet;
}

WindowChoice choose_windows(const TimeSpan& span,
                            std::span<const Packet> packets,
                            Pictures key_pictures,
                            const LookGaps& gaps,
                            std::span<const MediaTime> skipped) {
  WindowChoice choice;
  if (key_pictures.empty() || packets.empty()) return choice;
  std::vector<MediaTime> keys(skipped.begin(), skipped.end());
  for (const auto& picture : key_pictures) keys.push_back(picture.time);
  std::ranges::sort(keys);
  auto spaces = spaces_between(keys, packets, gaps);
  find_surprising_packets(spaces);
  compare_key_pictures(key_pictures, gaps.every_cut, spaces, choice);
  (gaps.every_cut ? find_signs_of_cuts : find_unmarked_cuts)(packets, spaces);
  const double least = least_in_turn(spaces);
  const auto is_marked = [&](const Space& space) {
    return space.likeness == Likeness::unrelated && !space.own_picture && !space.other_level &&
           !space.is_loud_at_end && to_seconds(space.span.length()) < least;
  };
  const auto reason_for = [&](const Space& space) -> std::optional<WindowReason> {
    const bool marked = is_marked(space);
    if (space.own_picture || (space.other_scene() && !marked)) return WindowReason::scene;
    if (space.strength >= choice.surprising && !marked) return WindowReason::change;
    if (space.surprising_until) return WindowReason::packets;
    if (space.span.length() > space.longest_unseen) return WindowReason::unseen;
    return std::nullopt;
  };
  const Pace pace = pace_of(spaces);
  const bool is_dear =
      gaps.most_read < 1 && (gaps.every_cut ? pace != Pace::calm : pace == Pace::edited);
  // The last second may hold a cut of its own.
  const MediaDuration rest = pace == Pace::hurried ? MediaDuration{0} : gaps.rest;
  std::vector<Opened> opened;
  choice.windows.reserve(spaces.size());  // `opened` points into it
  for (const auto& space : spaces) {
    if (is_marked(space)) choice.known_cuts.push_back(space.span.end);
    if (!space.span.overlaps(span)) continue;
    const auto reason = reason_for(space);
    if (!reason) continue;
    auto& windows = choice.windows;
    if (!windows.empty() && windows.back().read_to() > space.span.begin) windows.back().beyond = {};
    const bool is_short = to_seconds(space.span.length()) < least && &space != &spaces.back();
    windows.push_back(window_of(space, *reason, is_short, gaps, rest));
    const bool is_owed = gaps.every_cut && *reason == WindowReason::scene;
    windows.back().is_for_cut = is_owed && is_dear;
    opened.push_back({&windows.back(), &space, is_short, is_owed});
    if (!is_owed) continue;
    const auto outstanding = outstanding_packets(packets, space.span, kMayBeCut);
    choice.outstanding.insert(choice.outstanding.end(), outstanding.begin(), outstanding.end());
  }
  if (!is_dear) return choice;
  limit_reading(span, packets, gaps, opened);
  choice.told = told_by_packets(packets, opened, gaps.every_cut);
  return choice;
}

bool SettleWatch::is_change(const SmallPicture& picture) const {
  const auto change = measure_motion(picture.time, change_map(picture, after_), choice_.deviations);
  return change.strength >= choice_.surprising || change.area > kWholePicture;
}

SettleWatch::Rest SettleWatch::look(const SmallPicture& picture) {
  if (window_.reason == WindowReason::unseen) return Rest::unknown;
  const auto left = window_.span.end - picture.time;
  const bool may_leave = picture.time >= window_.calm_from && left >= kWorthLeavingOut &&
                         left <= window_.longest_unseen;
  auto alike =
      window_.reason == WindowReason::scene ? likeness(picture, after_) : Likeness::same_scene;
  if (window_.is_for_cut && alike == Likeness::doubtful && is_same_place(picture, after_))
    alike = Likeness::same_scene;
  if (alike == Likeness::unrelated && window_.may_end_with_cut && may_leave) return Rest::until_cut;
  if (alike != Likeness::same_scene || (!window_.is_for_cut && is_change(picture))) {
    alike_since_.reset();
    return Rest::unknown;
  }
  if (!alike_since_) alike_since_ = picture.time;
  return may_leave && picture.time - *alike_since_ >= kSettled ? Rest::alike : Rest::unknown;
}

}  // namespace hindsight::sampler
