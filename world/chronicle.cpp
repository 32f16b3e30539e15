#include "world/chronicle.h"

#include <algorithm>

namespace hindsight::world {
namespace {

constexpr double kGap = 1.0;
constexpr float kMinPixels = 60;
constexpr float kMinContrast = 12;
constexpr float kMinBrightness = 25;
constexpr float kMinLetter = 7;
/// Letters lower than this nobody reads.
constexpr float kNoLetter = 3;

void extend(std::vector<Interval>& intervals, double t, double step) {
  if (!intervals.empty() && t - intervals.back().end < kGap)
    intervals.back().end = t + step;
  else
    intervals.push_back({t, t + step});
}

}  // namespace

bool is_plain(const Sight& sight, const Entity& entity) {
  return sight.pixels >= kMinPixels && shows_enough(sight, entity.kind) &&
         sight.contrast >= kMinContrast &&
         (sight.brightness >= kMinBrightness || entity.color == Color::black);
}

bool is_plain(const BoardSight& board) { return board.clear && board.letter_height >= kMinLetter; }

bool is_plain(const StateSight& state) { return state.pixels >= kMinPixels; }

void Chronicle::add(double t, const Shot& shot) {
  if (boxes_ != nullptr) boxes_->add(t, shot, story_);
  const bool count = censuses_.empty() || t - censuses_.back().t >= 1.0 - 1e-9;
  if (shot.mixed) return;
  Census census{.t = t, .counts = {}, .doubt = false, .boards = shot.boards, .states = shot.states};
  for (const auto& sight : shot.sights) {
    if (sight.pixels < kNoPixels) continue;
    const auto& entity = story_.cast.at(sight.entity);
    auto& presence =
        presences_.try_emplace(entity.id, Presence{{}, entity}).first->second;
    const bool clear = is_plain(sight, entity);
    census.doubt |= !clear;
    const bool first = presence.clear.empty();
    extend(clear ? presence.clear : presence.doubtful, t, step_);
    if (!clear) continue;
    const float x = sight.anchor_x / static_cast<float>(shot.picture.width);
    if (first) presence.first_x = x;
    presence.last_x = x;
    ++census.counts[entity.kind];
  }
  for (const auto& board : shot.boards) {
    if (board.letter_height < kNoLetter || board.box.width() <= 1) continue;
    Seen& seen = readings_[{board.what, board.text}];
    extend(is_plain(board) ? seen.clear : seen.doubtful, t, step_);
  }
  if (count) censuses_.push_back(std::move(census));
}

std::vector<Interval> merge(std::vector<Interval> intervals, double gap) {
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) {
    return a.begin < b.begin;
  });
  std::vector<Interval> out;
  for (const auto& i : intervals) {
    if (!out.empty() && i.begin - out.back().end < gap)
      out.back().end = std::max(out.back().end, i.end);
    else
      out.push_back(i);
  }
  return out;
}

}  // namespace hindsight::world
