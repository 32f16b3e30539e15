#include "sampler/windows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "core/error.h"
#include "sampler/cuts.h"
#include "sampler/motion.h"

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// A change is looked at from this share of the strength on that would be activity.
constexpr float kSurprisingShare = 0.7F;
// Packets are summed over two steps: B pictures are small, and come in groups of up to 0.3 s.
constexpr MediaDuration kStep = 200ms;
// An empty picture takes some bytes; a difference of a few of them says nothing.
constexpr double kBytesOfNothing = 32;
// Deviations from what is usual that are a surprise, and the least deviation, of log bytes.
constexpr double kSurprise = 4;
constexpr double kLeastDeviation = 0.04;
constexpr double kMadToDeviation = 1.4826;
// So many spaces tell what is usual in one place of a space.
constexpr std::size_t kEnoughSpaces = 5;
// So long a window must look like its end before the rest is left out, and so much must be left.
constexpr MediaDuration kSettled = 500ms;
constexpr MediaDuration kWorthLeavingOut = 400ms;
constexpr double kFilled = 0.05;
constexpr MediaDuration kLongestHalfBlind = 4s;
constexpr double kOverfull = 0.08;
constexpr MediaDuration kLongestBlind = 1s;
// 768 x 432 at 25 pictures a second have 8.3 million, 1920 x 1080 52 million.
constexpr double kLargePixels = 1e7;
// A key frame came out of turn when less than this share of the longest space went before.
constexpr double kOutOfTurn = 0.9;
// Where nothing surprises, from one key frame that is looked at to the next.
constexpr MediaDuration kQuietFor = 8s;
// A packet of this share of the key frame's bytes, and so many times the usual packet of its space,
// holds a picture of its own.  The unmarked cuts of films made of real clips: 0.5 to 3.6, and 5 up;
// in noise, which fills all packets, less stands out, but of a larger one.
struct OwnPicture {
  double of_key;
  double of_usual;
};
constexpr std::array kOwnPictures = {OwnPicture{0.4, 5}, OwnPicture{0.8, 2}};
// From one scene to another packets become so many times larger or smaller, for so many of them.
constexpr double kOtherLevel = 2.5;
constexpr std::size_t kLevelPackets = 5;
constexpr std::size_t kMostLevelPackets = 12;
// So long after a cut the packets are as usual.
constexpr MediaDuration kCutCalms = 400ms;
// What find_cuts wants to see behind a cut.
constexpr MediaDuration kBehindCut = 200ms;
// The least deviation of a key frame's log bytes: one of a still picture differs by less.
constexpr double kLeastKeyDeviation = 0.01;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Robust, of values of which what is usual was subtracted.
double deviation_of(std::vector<double> differences, double least) {
  for (double& difference : differences) difference = std::abs(difference);
  return std::max(least, kMadToDeviation * median(std::move(differences)));
}

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

  [[nodiscard]] bool other_scene() const { return likeness != Likeness::same_scene; }
};

std::vector<std::optional<double>> load_of(std::span<const Packet> packets, const TimeSpan& span) {
  struct Sum {
    double bytes = 0;
    int packets = 0;
  };
  std::vector<Sum> steps(static_cast<std::size_t>(span.length() / kStep) + 1);
  auto packet = std::ranges::lower_bound(packets, span.begin, {}, &Packet::time);
  for (; packet != packets.end() && packet->time < span.end; ++packet) {
    if (packet->is_key) continue;
    auto& sum = steps[static_cast<std::size_t>((packet->time - span.begin) / kStep)];
    sum.bytes += static_cast<double>(packet->bytes);
    ++sum.packets;
  }
  std::vector<std::optional<double>> load;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Sum next = i + 1 < steps.size() ? steps[i + 1] : Sum{};
    const int count = steps[i].packets + next.packets;
    load.push_back(count == 0 ? std::nullopt
                              : std::optional(std::log((steps[i].bytes + next.bytes) / count +
                                                       kBytesOfNothing)));
  }
  return load;
}

/// Marks the spaces whose packets are larger somewhere than usual in that place.
void find_surprising_packets(std::vector<Space>& spaces) {
  std::map<std::size_t, std::vector<double>> by_place;
  std::vector<double> all;
  for (const auto& space : spaces) {
    for (std::size_t i = 0; i < space.load.size(); ++i) {
      if (!space.load[i]) continue;
      by_place[i].push_back(*space.load[i]);
      all.push_back(*space.load[i]);
    }
  }
  const double usual = median(all);
  std::map<std::size_t, double> usual_at;
  for (const auto& [place, loads] : by_place) {
    usual_at[place] = loads.size() >= kEnoughSpaces ? median(loads) : usual;
  }
  std::vector<double> differences;
  for (const auto& [place, loads] : by_place) {
    for (const double load : loads) differences.push_back(load - usual_at[place]);
  }
  const double deviation = deviation_of(std::move(differences), kLeastDeviation);
  for (auto& space : spaces) {
    for (std::size_t i = 0; i < space.load.size(); ++i) {
      if (space.load[i] && *space.load[i] - usual_at[i] > kSurprise * deviation) {
        space.surprising_until = space.span.begin + kStep * (static_cast<std::int64_t>(i) + 2);
      }
    }
  }
}

/// Compares neighbouring key pictures; what is between them is as different as they are.
void compare_key_pictures(Pictures keys, std::vector<Space>& spaces, WindowChoice& choice) {
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
  auto space = spaces.begin();
  for (std::size_t i = 0; i < maps.size(); ++i) {
    motion.push_back(measure_motion(keys[i].time, maps[i], choice.deviations));
    auto alike = likeness(keys[i], keys[i + 1]);
    const bool all_changed = motion.back().area > kWholePicture;
    if (all_changed && alike == Likeness::same_scene) alike = Likeness::doubtful;
    for (; space != spaces.end() && space->span.begin < keys[i + 1].time; ++space) {
      space->strength = motion.back().strength;
      space->likeness = alike;
    }
  }
  choice.surprising = kSurprisingShare * motion_threshold(motion, weights);
}

/// The bytes of a space's packets but for its key frame.
std::vector<double> other_bytes(std::span<const Packet> packets, const TimeSpan& span) {
  std::vector<double> others;
  auto packet = std::ranges::upper_bound(packets, span.begin, {}, &Packet::time);
  for (; packet != packets.end() && packet->time < span.end; ++packet) {
    others.push_back(static_cast<double>(packet->bytes));
  }
  return others;
}

/// Of the packets behind a key frame of so many bytes, the last that holds a picture of its own.
std::optional<std::size_t> find_own_picture(const std::vector<double>& bytes, double key_bytes) {
  const double usual = median(bytes);
  const auto is_own = [&](double size) {
    return std::ranges::any_of(kOwnPictures, [&](const OwnPicture& least) {
      return size >= least.of_key * key_bytes && size >= least.of_usual * usual;
    });
  };
  const auto last = std::find_if(bytes.rbegin(), bytes.rend(), is_own);
  if (last == bytes.rend()) return std::nullopt;
  return static_cast<std::size_t>(bytes.rend() - last) - 1;
}

/// Where packets become larger or smaller by most, if by enough.
std::optional<std::size_t> find_other_level(const std::vector<double>& bytes) {
  const auto level = [&](std::size_t from, std::size_t to) {
    const auto at = [&](std::size_t i) { return bytes.begin() + static_cast<std::ptrdiff_t>(i); };
    return std::log(median({at(from), at(to)}) + kBytesOfNothing);
  };
  double most = std::log(kOtherLevel);
  std::optional<std::size_t> found;
  for (std::size_t i = kLevelPackets; i + kLevelPackets <= bytes.size(); ++i) {
    const double change = std::abs(level(i, std::min(i + kMostLevelPackets, bytes.size())) -
                                   level(i - std::min(i, kMostLevelPackets), i));
    if (change < most) continue;
    most = change;
    found = i;
  }
  return found;
}

/// Packets at which a scene may begin though they are no key frames; sizes that change say so only
/// where the key frames show different things.
void find_unmarked_cuts(std::span<const Packet> packets, std::vector<Space>& spaces) {
  for (auto& space : spaces) {
    const auto key = std::ranges::lower_bound(packets, space.span.begin, {}, &Packet::time);
    const auto bytes = other_bytes(packets, space.span);
    if (key == packets.end() || bytes.empty()) continue;
    const auto time_of = [&](std::optional<std::size_t> i) -> std::optional<MediaTime> {
      if (!i) return std::nullopt;
      return (key + 1 + static_cast<std::ptrdiff_t>(*i))->time;
    };
    space.own_picture = time_of(find_own_picture(bytes, static_cast<double>(key->bytes)));
    if (space.other_scene()) space.other_level = time_of(find_other_level(bytes));
  }
}

/// The longest time that may pass unseen in a space.  Where its packets are as large as kFilled
/// of its key frame, motion, noise or a constant bit rate fills them, and they hardly tell what a
/// small thing adds.  Beside the usual packet, which may be a B picture of few bytes, their mean
/// tells.
MediaDuration longest_unseen(std::span<const Packet> packets,
                             const TimeSpan& span,
                             const LookGaps& gaps) {
  const auto key = std::ranges::lower_bound(packets, span.begin, {}, &Packet::time);
  if (key == packets.end()) return gaps.longest;
  const auto others = other_bytes(packets, span);
  const auto key_bytes = static_cast<double>(key->bytes);
  const double sum = std::accumulate(others.begin(), others.end(), 0.0);
  auto longest = gaps.longest;
  if (median(others) >= kFilled * key_bytes) longest = std::min(longest, kLongestHalfBlind);
  if (sum >= kOverfull * key_bytes * static_cast<double>(others.size()))
    longest = std::min(longest, gaps.blind);
  return longest;
}

std::vector<Space> spaces_between(const std::vector<MediaTime>& keys,
                                  std::span<const Packet> packets,
                                  const LookGaps& gaps) {
  std::vector<Space> spaces;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool last = i + 1 == keys.size();
    const MediaTime end = last ? packets.back().time + MediaDuration{1} : keys[i + 1];
    const TimeSpan between{keys[i], std::max(end, keys[i])};
    auto& space = spaces.emplace_back();
    space.span = between;
    space.load = load_of(packets, between);
    space.longest_unseen = longest_unseen(packets, between, gaps);
  }
  return spaces;
}

/// From here on the packets of a space are as usual.
MediaTime calm_from(const Space& space) {
  MediaTime calm = space.surprising_until.value_or(space.span.begin);
  for (const auto& cut : {space.own_picture, space.other_level})
    if (cut) calm = std::max(calm, *cut + kCutCalms);
  return calm;
}

/// A space of fewer seconds ends with a key frame out of turn.
double least_in_turn(const std::vector<Space>& spaces) {
  MediaDuration longest{0};
  for (const auto& space : spaces) longest = std::max(longest, space.span.length());
  return kOutOfTurn * to_seconds(longest);
}

/// Of each key frame: whether its size is what key frames of this stream are like.
std::vector<bool> of_usual_size(const std::vector<Packet>& keys) {
  std::vector<double> sizes;
  for (const auto& key : keys) sizes.push_back(std::log(static_cast<double>(key.bytes) + 1));
  const double usual = median(sizes);
  for (double& size : sizes) size -= usual;
  const double deviation = deviation_of(sizes, kLeastKeyDeviation);
  std::vector<bool> is_usual;
  for (const double size : sizes) is_usual.push_back(std::abs(size) <= kSurprise * deviation);
  return is_usual;
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
  return {std::min(options.coverage_floor / 2, options.stretch_length / 4),
          pixels_per_second <= kLargePixels ? kLongestBlind : MediaDuration::max()};
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
  compare_key_pictures(key_pictures, spaces, choice);
  find_unmarked_cuts(packets, spaces);
  const double least = least_in_turn(spaces);
  const auto is_marked = [&](const Space& space) {
    return space.likeness == Likeness::unrelated && !space.own_picture && !space.other_level &&
           to_seconds(space.span.length()) < least;
  };
  const auto reason_for = [&](const Space& space) -> std::optional<WindowReason> {
    const bool marked = is_marked(space);
    if (space.own_picture || (space.other_scene() && !marked)) return WindowReason::scene;
    if (space.strength >= choice.surprising && !marked) return WindowReason::change;
    if (space.surprising_until) return WindowReason::packets;
    if (space.span.length() > space.longest_unseen) return WindowReason::unseen;
    return std::nullopt;
  };
  for (const auto& space : spaces) {
    if (is_marked(space)) choice.known_cuts.push_back(space.span.end);
    if (!space.span.overlaps(span)) continue;
    const auto reason = reason_for(space);
    if (!reason) continue;
    auto& windows = choice.windows;
    if (!windows.empty() && windows.back().read_to() > space.span.begin) windows.back().beyond = {};
    windows.push_back({.span = space.span,
                       .reason = *reason,
                       .calm_from = calm_from(space),
                       .longest_unseen = space.longest_unseen,
                       .may_hide_cut =
                           space.own_picture || space.other_level ||
                           (space.other_scene() && space.longest_unseen < gaps.longest)});
    const bool is_short = to_seconds(space.span.length()) < least && &space != &spaces.back();
    if (*reason != WindowReason::scene || !is_short) continue;
    windows.back().beyond = kBehindCut;
    windows.back().may_end_with_cut = !space.own_picture;
  }
  return choice;
}

SettleWatch::Rest SettleWatch::look(const SmallPicture& picture) {
  if (window_.reason == WindowReason::unseen) return Rest::unknown;
  const auto left = window_.span.end - picture.time;
  const bool may_leave = picture.time >= window_.calm_from && left >= kWorthLeavingOut &&
                         left <= window_.longest_unseen;
  const auto alike =
      window_.reason == WindowReason::scene ? likeness(picture, after_) : Likeness::same_scene;
  if (alike == Likeness::unrelated && window_.may_end_with_cut && may_leave) return Rest::until_cut;
  const auto change = measure_motion(picture.time, change_map(picture, after_), choice_.deviations);
  if (alike != Likeness::same_scene || change.strength >= choice_.surprising ||
      change.area > kWholePicture) {
    alike_since_.reset();
    return Rest::unknown;
  }
  if (!alike_since_) alike_since_ = picture.time;
  return may_leave && picture.time - *alike_since_ >= kSettled ? Rest::alike : Rest::unknown;
}

}  // namespace hindsight::sampler
