#include "pipeline/detail/ladder_reader.h"

#include <algorithm>

#include "pipeline/detail/rung_meter.h"
#include "pipeline/detail/small_pictures.h"
#include "sampler/cuts.h"
#include "sampler/windows.h"

namespace hindsight::pipeline {
namespace {

using sampler::SmallPicture;

// Fewer key frames do not tell what is usual; so short a stretch is soon decoded.
constexpr std::ptrdiff_t kLeastKeyFrames = 8;
// Every second frame shows motion when frames are no further apart than this; cuts need them all.
constexpr MediaDuration kDense = std::chrono::milliseconds{45};

std::vector<sampler::Packet> to_packets(const std::vector<ingest::ScannedPacket>& scanned) {
  std::vector<sampler::Packet> packets;
  for (const auto& packet : scanned) packets.push_back({packet.time, packet.bytes, packet.is_key});
  return packets;
}

bool frames_are_dense(const ingest::StreamFacts& facts) {
  const auto& rate = facts.average_frame_rate;
  return rate.num > 0 && MediaDuration{1'000'000'000 * rate.den / rate.num} <= kDense;
}

double pixels_per_second(const ingest::StreamFacts& facts) {
  const auto& rate = facts.average_frame_rate;
  // Of a stream that does not say, what a camera has.
  const double frames =
      rate.num > 0 ? static_cast<double>(rate.num) / static_cast<double>(rate.den) : 25;
  return frames * facts.width * facts.height;
}

/// Notes before which pictures some of `frames` are missing.
void note_unseen(const std::vector<MediaTime>& frames, std::span<SmallPicture> pictures) {
  for (std::size_t i = 1; i < pictures.size(); ++i) {
    const auto next = std::ranges::upper_bound(frames, pictures[i - 1].time);
    const bool missing = next != frames.end() && *next < pictures[i].time;
    pictures[i].unseen = missing ? pictures[i].time - pictures[i - 1].time : MediaDuration{0};
  }
}

/// Those of `skipped` that lie between two `keys` with a window between them.
std::vector<MediaTime> between_unlike(const std::vector<SmallPicture>& keys,
                                      const std::vector<MediaTime>& skipped,
                                      const std::vector<sampler::Window>& windows) {
  std::vector<MediaTime> found;
  for (const MediaTime key : skipped) {
    const auto after = std::ranges::upper_bound(keys, key, {}, &SmallPicture::time);
    if (after == keys.begin() || after == keys.end()) continue;
    const TimeSpan between{std::prev(after)->time, after->time};
    const bool is_unlike = std::ranges::any_of(
        windows, [&](const sampler::Window& window) { return window.span.overlaps(between); });
    if (is_unlike) found.push_back(key);
  }
  return found;
}

}  // namespace

TimeSpan LadderReader::reach_of(const TimeSpan& span) const {
  const auto& keys = scan_.key_frames;
  auto first = std::ranges::upper_bound(keys, span.begin);
  for (int i = 0; i < 2 && first != keys.begin(); ++i) --first;
  auto last = std::ranges::lower_bound(keys, span.end);
  for (int i = 0; i < 2 && last != keys.end(); ++i) ++last;
  const MediaTime begin = first == keys.end() ? span.begin : std::min(*first, span.begin);
  return {begin, last == keys.end() ? MediaTime::from_ns(INT64_MAX) : *last};
}

LadderReader::LadderReader(ingest::VideoReader& reader,
                           const ingest::PacketScan& scan,
                           const HoleWatch& watch,
                           const sampler::PlanOptions& options)
    : reader_(reader),
      scan_(scan),
      watch_(watch),
      every_frame_(options.every_frame),
      gaps_(sampler::look_gaps(options, pixels_per_second(scan_.facts))) {}

bool LadderReader::can_climb(const TimeSpan& span) const {
  if (every_frame_ || !scan_.table) return false;
  const auto& keys = scan_.key_frames;
  const auto first = std::ranges::lower_bound(keys, span.begin);
  const auto last = std::ranges::lower_bound(keys, span.end);
  if (last - first < kLeastKeyFrames) return false;
  MediaDuration unseen{0};
  for (auto key = first; key != last; ++key) {
    const MediaTime next = key + 1 == last ? span.end : *(key + 1);
    if (next - *key > gaps_.longest) unseen += next - *key;
  }
  return unseen < span.length() / 2;
}

bool LadderReader::read_key_pictures(const TimeSpan& reach,
                                     const std::function<bool(MediaTime)>& wanted,
                                     const std::function<bool(MediaTime)>& on_frame,
                                     std::vector<SmallPicture>& pictures) {
  PictureReducer reducer;
  bool goes_on = true;
  const auto visit = [&](const ingest::Frame& frame) {
    goes_on = !on_frame || on_frame(frame.time());
    if (goes_on) pictures.push_back(reducer.reduce(frame));
    return goes_on;
  };
  reader_.read_key_frames(reach, visit, wanted, deblocking_for(scan_.facts));
  std::ranges::sort(pictures, {}, &SmallPicture::time);
  return goes_on;
}

std::optional<LadderReader::KeyLooks> LadderReader::look_at_keys(
    const TimeSpan& span,
    const TimeSpan& reach,
    std::span<const sampler::Packet> packets,
    const std::function<bool(MediaTime)>& on_frame) {
  KeyLooks looks;
  looks.skipped = sampler::quiet_key_frames(packets, gaps_);
  const auto is_in_doubt = [&](MediaTime key) {
    return !std::ranges::binary_search(looks.skipped, key);
  };
  if (!read_key_pictures(reach, is_in_doubt, on_frame, looks.pictures)) return std::nullopt;
  const auto claimed =
      std::ranges::count_if(packets, &sampler::Packet::is_key) - std::ssize(looks.skipped);
  looks.are_there =
      std::ssize(looks.pictures) * 2 > claimed && looks.pictures.front().time <= span.begin;
  while (looks.are_there) {
    looks.choice = sampler::choose_windows(span, packets, looks.pictures, gaps_, looks.skipped);
    const auto missed = between_unlike(looks.pictures, looks.skipped, looks.choice.windows);
    if (missed.empty()) break;
    const auto is_missed = [&](MediaTime key) { return std::ranges::binary_search(missed, key); };
    std::erase_if(looks.skipped, is_missed);
    const TimeSpan around{missed.front(), missed.back() + MediaDuration{1}};
    if (!read_key_pictures(around, is_missed, on_frame, looks.pictures)) return std::nullopt;
  }
  return looks;
}

std::optional<StretchSight> LadderReader::look(const TimeSpan& span,
                                               const std::function<bool(MediaTime)>& on_frame,
                                               LadderReport& report) {
  const TimeSpan reach = reach_of(span);
  StretchSight sight;
  const auto packets = to_packets(ingest::packets_in(scan_, reach));
  for (const auto& packet : packets) sight.frames.push_back(packet.time);
  std::optional<KeyLooks> looks;
  {
    const RungMeter meter(reader_, report.key_frames);
    looks = look_at_keys(span, reach, packets, on_frame);
  }
  if (!looks) return std::nullopt;
  if (!looks->are_there) return StretchSight{};
  const auto& keys = looks->pictures;
  const auto& choice = looks->choice;
  report.num_spaces += std::ranges::count_if(packets, [&](const sampler::Packet& packet) {
    return packet.is_key && span.contains(packet.time);
  });
  for (const auto& window : choice.windows)
    (window.is_read ? report.opened : report.left_to_packets).push_back(window);

  const RungMeter meter(reader_, report.windows);
  auto key = keys.begin();
  for (const auto& window : choice.windows) {
    if (!window.is_read) continue;
    for (; key != keys.end() && key->time < window.span.begin; ++key) {
      sight.pictures.push_back(*key);
    }
    while (key != keys.end() && key->time < window.span.end) ++key;
    const SmallPicture* after = key != keys.end() ? &*key : nullptr;
    const auto num_before = sight.pictures.size();
    const auto read = read_window(choice, window, after, on_frame, sight.pictures);
    if (!read) return std::nullopt;
    if (every_cut() && !look_closer(num_before, sight.frames, on_frame, sight.pictures))
      return std::nullopt;
    if (read->ends_with_cut) looks->choice.known_cuts.push_back(window.span.end);
    const auto& seen = sight.pictures;
    while (key != keys.end() && !seen.empty() && key->time <= seen.back().time) ++key;
    watch_.look({window.span.begin, read->to},
                std::span(sight.pictures).subspan(num_before),
                report.not_decoded);
  }
  sight.pictures.insert(sight.pictures.end(), key, keys.end());
  note_unseen(sight.frames, sight.pictures);
  sight.known_cuts = choice.known_cuts;
  sight.told = choice.told;
  report.marked_cuts +=
      std::ranges::count_if(choice.known_cuts, [&](MediaTime cut) { return span.contains(cut); });
  report.told_cuts += std::ranges::count_if(choice.told, [&](const sampler::Told& told) {
    return told.is_cut && span.contains(told.time);
  });
  return sight;
}

bool LadderReader::look_closer(std::size_t first,
                               const std::vector<MediaTime>& frames,
                               const std::function<bool(MediaTime)>& on_frame,
                               std::vector<SmallPicture>& pictures) {
  if (pictures.size() <= first) return true;
  // What is behind them is another window's.
  const MediaTime last = pictures.back().time;
  const auto look_from = pictures[first].time - sampler::kCutContext;
  const auto begin = std::ranges::lower_bound(pictures, look_from, {}, &SmallPicture::time);
  const std::span window(begin, pictures.end());
  note_unseen(frames, window);
  std::vector<TimeSpan> unclear;
  for (const auto cut : sampler::find_cuts(window, sampler::kAroundCut)) {
    if (window[cut].unseen == MediaDuration{0}) continue;
    unclear.push_back({window[cut - 1].time - sampler::kAroundCut,
                       std::min(last, window[cut].time + sampler::kAroundCut)});
  }
  PictureReducer reducer;
  for (const auto& span : unclear) {
    reader_.seek(span.begin, ingest::Frames::all, deblocking_for(scan_.facts));
    while (const auto frame = reader_.next()) {
      if (frame->time() > span.end) break;
      if (on_frame && !on_frame(frame->time())) return false;
      const auto at = std::ranges::lower_bound(pictures, frame->time(), {}, &SmallPicture::time);
      if (frame->time() < span.begin || (at != pictures.end() && at->time == frame->time()))
        continue;
      pictures.insert(at, reducer.reduce(*frame));
    }
  }
  return true;
}

std::optional<LadderReader::WindowRead> LadderReader::read_window(
    const sampler::WindowChoice& choice,
    const sampler::Window& window,
    const SmallPicture* after,
    const std::function<bool(MediaTime)>& on_frame,
    std::vector<SmallPicture>& pictures) {
  using Rest = sampler::SettleWatch::Rest;
  PictureReducer reducer;
  std::optional<sampler::SettleWatch> watch;
  if (after != nullptr) watch.emplace(choice, window, *after);
  const bool every = window.may_hide_cut || !frames_are_dense(scan_.facts);
  const auto& outstanding = choice.outstanding;
  const auto may_be_cut = [&outstanding](MediaTime time) {
    const auto next = std::ranges::lower_bound(outstanding, time - sampler::kAroundCut);
    return next != outstanding.end() && *next <= time + sampler::kAroundCut;
  };
  reader_.seek(window.span.begin,
               every ? ingest::Frames::all : ingest::Frames::referenced,
               deblocking_for(scan_.facts),
               may_be_cut);
  while (const auto frame = reader_.next()) {
    if (frame->time() >= window.read_to()) break;
    if (on_frame && !on_frame(frame->time())) return std::nullopt;
    if (frame->time() < window.span.begin) continue;
    pictures.push_back(reducer.reduce(*frame));
    const auto rest = watch ? watch->look(pictures.back()) : Rest::unknown;
    if (rest != Rest::unknown || frame->time() >= window.enough_at)
      return WindowRead{frame->time(), rest == Rest::until_cut};
    // The next window may begin here: its first frame stays with the reader.
    if (frame->time() + frame->duration() >= window.read_to()) break;
  }
  return WindowRead{window.read_to(), false};
}

}  // namespace hindsight::pipeline
