#include "sampler/spaces.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// Packets are summed over two steps: B pictures are small, and come in groups of up to 0.3 s.
constexpr MediaDuration kStep = 200ms;
// An empty picture takes some bytes; a difference of a few of them says nothing.
constexpr double kBytesOfNothing = 32;
// The least deviation of log bytes.
constexpr double kLeastDeviation = 0.04;
constexpr double kMadToDeviation = 1.4826;
// So many spaces tell what is usual in one place of a space.
constexpr std::size_t kEnoughSpaces = 5;
// Packets of this share of the key frame's bytes are full: the usual one, and the mean.
constexpr double kFilled = 0.05;
constexpr MediaDuration kLongestHalfBlind = 4s;
constexpr double kOverfull = 0.08;
// A key frame came out of turn when less than this share of the longest space went before.
constexpr double kOutOfTurn = 0.9;
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
// Where every cut is looked for: of the packets half a second around, without those beside it, a
// packet at a cut is so many times as large as all but a tenth, and as this share of a key frame.
// Of 21 cuts that x264 did not mark in films of real clips 2.5 to 24 times and 0.46 up.
constexpr double kStandsOut = 2.2;
constexpr double kShareOfKey = 0.3;
constexpr std::size_t kAround = 12;
constexpr double kAllButATenth = 0.9;
// Or so many times larger or smaller, and not in the first packets: they often are.
constexpr double kFarLevel = 5;
constexpr std::size_t kUnsteadyPackets = 8;
// Of half a second before a key frame all packets but a tenth have at most this share of its bytes
// when it begins a shot: 87 % of 125 that do in films of real clips, and none of 7 that do not.
constexpr double kLoud = 0.4;
// So long after a cut the packets are as usual.
constexpr MediaDuration kCutCalms = 400ms;
// The least deviation of a key frame's log bytes: one of a still picture differs by less.
constexpr double kLeastKeyDeviation = 0.01;
// Of cuts between two key frames, so many times the usual packet of their space at least (1.7 in
// 50).
constexpr double kOutstanding = 1.5;
// Log bytes by which a peak stands out from both sides.
constexpr double kProminence = 0.22;

/// The smallest value that this share of them, below 1, is less than; 0 of none.
double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size()));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

/// Robust, of values of which what is usual was subtracted.
double deviation_of(std::vector<double> differences, double least) {
  for (double& difference : differences) difference = std::abs(difference);
  return std::max(least, kMadToDeviation * median(std::move(differences)));
}

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

/// The packets of a space behind its key frame.
std::span<const Packet> packets_behind_key(std::span<const Packet> packets, const TimeSpan& span) {
  const auto first = std::ranges::upper_bound(packets, span.begin, {}, &Packet::time);
  const auto last = std::ranges::lower_bound(first, packets.end(), span.end, {}, &Packet::time);
  return {first, last};
}

std::vector<double> bytes_of(std::span<const Packet> packets) {
  std::vector<double> bytes;
  for (const auto& packet : packets) bytes.push_back(static_cast<double>(packet.bytes));
  return bytes;
}

/// Of the key frame that begins `span`; empty where there is no packet from there on.
std::optional<double> key_bytes_of(std::span<const Packet> packets, const TimeSpan& span) {
  const auto key = std::ranges::lower_bound(packets, span.begin, {}, &Packet::time);
  return key == packets.end() ? std::nullopt : std::optional(static_cast<double>(key->bytes));
}

/// Which packets behind a key frame of so many bytes hold a picture of their own.
std::vector<bool> hold_own_pictures(const std::vector<double>& bytes, double key_bytes) {
  const double usual = median(bytes);
  std::vector<bool> own;
  for (const double size : bytes)
    own.push_back(std::ranges::any_of(kOwnPictures, [&](const OwnPicture& least) {
      return size >= least.of_key * key_bytes && size >= least.of_usual * usual;
    }));
  return own;
}

/// Where packets become larger or smaller by most, if by `least` times; behind `first` of them.
std::optional<std::size_t> find_other_level(const std::vector<double>& bytes,
                                            double least,
                                            std::size_t first) {
  const auto level = [&](std::size_t from, std::size_t to) {
    const auto at = [&](std::size_t i) { return bytes.begin() + static_cast<std::ptrdiff_t>(i); };
    return std::log(median({at(from), at(to)}) + kBytesOfNothing);
  };
  double most = std::log(least);
  std::optional<std::size_t> found;
  for (std::size_t i = first; i + kLevelPackets <= bytes.size(); ++i) {
    const double change = std::abs(level(i, std::min(i + kMostLevelPackets, bytes.size())) -
                                   level(i - std::min(i, kMostLevelPackets), i));
    if (change < most) continue;
    most = change;
    found = i;
  }
  return found;
}

/// The longest time that may pass unseen in a space.  Where its packets are as large as kFilled
/// of its key frame, motion, noise or a constant bit rate fills them, and they hardly tell what a
/// small thing adds.  Beside the usual packet, which may be a B picture of few bytes, their mean
/// tells.
MediaDuration longest_unseen(std::span<const Packet> packets,
                             const TimeSpan& span,
                             const LookGaps& gaps) {
  const auto key_bytes = key_bytes_of(packets, span);
  if (!key_bytes) return gaps.longest;
  const auto others = bytes_of(packets_behind_key(packets, span));
  const double sum = std::accumulate(others.begin(), others.end(), 0.0);
  auto longest = gaps.longest;
  if (median(others) >= kFilled * *key_bytes) longest = std::min(longest, kLongestHalfBlind);
  if (sum >= kOverfull * *key_bytes * static_cast<double>(others.size()))
    longest = std::min(longest, gaps.blind);
  return longest;
}

/// Of each step the least load between it and the next larger one before it.
std::vector<double> valleys_before(const std::vector<double>& loads) {
  struct Higher {
    double load;
    double valley;
  };
  std::vector<Higher> larger;
  std::vector<double> valleys;
  for (const double load : loads) {
    double valley = load;
    for (; !larger.empty() && larger.back().load <= load; larger.pop_back())
      valley = std::min(valley, larger.back().valley);
    larger.push_back({load, valley});
    valleys.push_back(valley);
  }
  return valleys;
}

}  // namespace

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

void find_unmarked_cuts(std::span<const Packet> packets, std::vector<Space>& spaces) {
  for (auto& space : spaces) {
    const auto others = packets_behind_key(packets, space.span);
    if (others.empty()) continue;
    const auto bytes = bytes_of(others);
    const auto own = hold_own_pictures(bytes, *key_bytes_of(packets, space.span));
    for (std::size_t i = 0; i < own.size(); ++i)
      if (own[i]) space.own_picture = others[i].time;
    const auto level =
        space.other_scene() ? find_other_level(bytes, kOtherLevel, kLevelPackets) : std::nullopt;
    if (level) space.other_level = others[*level].time;
  }
}

MediaTime calm_from(const Space& space) {
  MediaTime calm = space.surprising_until.value_or(space.span.begin);
  for (const auto& cut : {space.own_picture, space.other_level})
    if (cut) calm = std::max(calm, *cut + kCutCalms);
  return calm;
}

MediaTime busiest_until(const Space& space) {
  // An empty optional is less than any load.
  const auto busiest = std::ranges::max_element(space.load);
  if (busiest == space.load.end()) return space.span.end;
  return space.span.begin + kStep * (busiest - space.load.begin() + 2);
}

double least_in_turn(const std::vector<Space>& spaces) {
  MediaDuration longest{0};
  for (const auto& space : spaces) longest = std::max(longest, space.span.length());
  return kOutOfTurn * to_seconds(longest);
}

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

std::vector<MediaTime> outstanding_packets(std::span<const Packet> packets,
                                           const TimeSpan& span,
                                           double times) {
  const auto others = packets_behind_key(packets, span);
  std::vector<MediaTime> found;
  if (others.empty()) return found;
  const auto key_before = key_bytes_of(packets, span);
  const auto key_after = key_bytes_of(packets, {span.end, span.end});
  const double key = std::min(*key_before, key_after.value_or(*key_before));
  const auto bytes = bytes_of(others);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] < kShareOfKey * key) continue;
    std::vector<double> around;
    const std::size_t end = std::min(bytes.size(), i + kAround + 1);
    for (std::size_t j = i - std::min(i, kAround); j < end; ++j)
      if (j + 1 < i || j > i + 2) around.push_back(bytes[j]);
    if (around.size() >= kLevelPackets &&
        bytes[i] < times * (quantile(std::move(around), kAllButATenth) + kBytesOfNothing))
      continue;
    found.push_back(others[i].time);
  }
  return found;
}

void find_signs_of_cuts(std::span<const Packet> packets, std::vector<Space>& spaces) {
  for (auto& space : spaces) {
    const auto outstanding = outstanding_packets(packets, space.span, kStandsOut);
    if (!outstanding.empty()) space.own_picture = outstanding.back();
    const auto others = packets_behind_key(packets, space.span);
    const auto level = space.other_scene()
                           ? find_other_level(bytes_of(others), kFarLevel, kUnsteadyPackets)
                           : std::nullopt;
    if (level) space.other_level = others[*level].time;
    const auto last = others.last(std::min(kAround, others.size()));
    const auto key = key_bytes_of(packets, {space.span.end, space.span.end});
    space.is_loud_at_end = key && quantile(bytes_of(last), kAllButATenth) > kLoud * *key;
  }
}

std::vector<MediaTime> packet_peaks(std::span<const Packet> packets) {
  if (packets.empty()) return {};
  const MediaTime begin = packets.front().time;
  std::vector<double> loads;
  std::vector<MediaTime> times;
  const auto steps = load_of(packets, {begin, packets.back().time + MediaDuration{1}});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i]) continue;
    loads.push_back(*steps[i]);
    times.push_back(begin + kStep * static_cast<std::int64_t>(i));
  }
  const auto before = valleys_before(loads);
  std::ranges::reverse(loads);
  auto after = valleys_before(loads);
  std::ranges::reverse(after);
  std::ranges::reverse(loads);
  std::vector<MediaTime> peaks;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (loads[i] - std::max(before[i], after[i]) < kProminence) continue;
    const auto packet = std::ranges::lower_bound(packets, times[i], {}, &Packet::time);
    const MediaTime time = packet == packets.end() ? packets.back().time : packet->time;
    // Where packets are seldom two steps hold the same one.
    if (peaks.empty() || peaks.back() < time) peaks.push_back(time);
  }
  return peaks;
}

std::vector<MediaTime> packets_at_cuts(std::span<const Packet> packets, const TimeSpan& span) {
  const auto others = packets_behind_key(packets, span);
  if (others.empty()) return {};
  const auto bytes = bytes_of(others);
  const auto own = hold_own_pictures(bytes, *key_bytes_of(packets, span));
  std::vector<MediaTime> cuts;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const bool is_next = !cuts.empty() && others[i].time - cuts.back() < kCutCalms;
    if (own[i] && !is_next) cuts.push_back(others[i].time);
  }
  const auto largest = std::ranges::max_element(others, {}, &Packet::bytes);
  if (cuts.empty() && static_cast<double>(largest->bytes) >= kOutstanding * median(bytes))
    cuts.push_back(largest->time);
  return cuts;
}

}  // namespace hindsight::sampler
