#include "sampler/told_pictures.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// A cut that packets tell may be so much later.
constexpr MediaDuration kToldWithin = 120ms;
// And if it is the middle of a blend, that is over by then.
constexpr MediaDuration kBlendOver = 750ms;
// Of what a shot shows last, that much is left.
constexpr MediaDuration kBeforeCut = 500ms;

class ToldAdding {
 public:
  explicit ToldAdding(const ToldInput& input) : input_(input) {
    added_.pictures.assign(input.inside.begin(), input.inside.end());
  }

  ToldPictures add() && {
    for (const auto& told : input_.told)
      if (input_.span.contains(told.time)) add(told);
    auto& pictures = added_.pictures;
    std::ranges::sort(pictures, {}, &SmallPicture::time);
    for (std::size_t i = 1; i < pictures.size() && !input_.told.empty(); ++i) {
      if (pictures[i].unseen > MediaDuration{0})
        pictures[i].unseen = pictures[i].time - pictures[i - 1].time;
    }
    return std::move(added_);
  }

 private:
  void add(const Told& told) {
    const auto& inside = input_.inside;
    const auto next = std::ranges::lower_bound(inside, told.time, {}, &SmallPicture::time);
    if (next == inside.begin() || (next != inside.end() && !next->after_gap())) return;
    const auto before = std::prev(next);
    const bool is_cut = std::ranges::binary_search(input_.cut_times, told.time);
    const bool is_seen = next != inside.end() && next->time == told.time;
    if (told.is_cut && is_cut) {
      if (const auto frame = frame_before(told.time)) add_copy(*before, *frame, before->time);
    }
    if (is_seen || (told.is_cut && !is_cut)) return;
    const bool is_of_next =
        next != inside.end() && std::ranges::any_of(input_.cut_times, [&](MediaTime cut) {
          return before->time < cut && cut <= told.time;
        });
    const auto& shown = is_of_next ? *next : *before;
    if (!told.is_cut) {
      add_copy(shown, told.time, before->time);
      added_.moments.push_back(told.time);
      return;
    }
    add_copy(shown, frame_behind(told.time, kToldWithin).value_or(told.time), before->time);
    if (const auto frame = frame_behind(told.time, kBlendOver, kBlendOver)) {
      add_copy(shown, *frame, before->time);
      added_.moments.push_back(*frame);
    }
  }

  void add_copy(const SmallPicture& shown, MediaTime time, MediaTime before) {
    added_.pictures.push_back(shown);
    added_.pictures.back().time = time;
    added_.pictures.back().unseen = time - before;
  }

  /// Whether a picture or told moment is in (begin, end].
  [[nodiscard]] bool any_in(MediaTime begin, MediaTime end) const {
    const auto is_in = [&](MediaTime time) { return time > begin && time <= end; };
    return std::ranges::any_of(input_.told, is_in, &Told::time) ||
           std::ranges::any_of(input_.around, is_in, &SmallPicture::time);
  }

  /// The frame `behind` a told cut at `time`, if nothing comes before, nor in `alone` after it.
  [[nodiscard]] std::optional<MediaTime> frame_behind(
      MediaTime time, MediaDuration behind, MediaDuration alone = MediaDuration{0}) const {
    const auto frame = std::ranges::lower_bound(input_.frames, time + behind);
    if (frame == input_.frames.end() || any_in(time, *frame + alone)) return std::nullopt;
    return *frame;
  }

  /// The frame kBeforeCut before a told cut at `time`, if nothing is as much before it, or after.
  [[nodiscard]] std::optional<MediaTime> frame_before(MediaTime time) const {
    const auto after = std::ranges::upper_bound(input_.frames, time - kBeforeCut);
    if (after == input_.frames.begin()) return std::nullopt;
    const MediaTime frame = *std::prev(after);
    if (any_in(frame - kBeforeCut, time - MediaDuration{1})) return std::nullopt;
    return frame;
  }

  const ToldInput& input_;
  ToldPictures added_;
};

}  // namespace

ToldPictures add_told(const ToldInput& input) { return ToldAdding(input).add(); }

}  // namespace hindsight::sampler
