// Plans a stream while it goes on: decides about each short step a moment after it was seen, and
// joins steps to stretches, which are committed.
//
// Note [How far behind]: a step of 2 s is decided when the frames of the 2 s after it are known,
// which tell a cut from a flash and motion from noise.  So the first moment of a step is decided
// 4 s and a frame after it was seen, the last one 2 s.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/media_time.h"
#include "sampler/detail.h"
#include "sampler/plan.h"
#include "sampler/small_picture.h"

namespace hindsight::pipeline {

/// Pictures in, plans out; no I/O, no clock.  Not thread-safe.
class LivePlanner {
 public:
  /// `display`: of the frames.  Throws Error(usage) for options that validate() refuses.
  LivePlanner(const sampler::PlanOptions& options, sampler::PictureSize display);

  /// In the order of time.
  void add(const sampler::SmallPicture& picture);
  /// What follows does not go on from here: a gap, another decoder, the end.  `end`: of the last
  /// picture.  All steps up to it can be decided then; the next picture begins a stretch.
  void break_off(MediaTime end);

  /// The plan of the next step, when it can be decided; empty else.  Its pairs take at most `room`
  /// tokens, and no more than the budget allows.  Their `rank` counts the pairs of the open
  /// stretch.
  [[nodiscard]] std::optional<sampler::StretchPlan> decide(std::int64_t room = INT64_MAX);
  /// What became of the step that decide() gave last: pairs that are repeats say so, those that
  /// could not be read are missing.  Tokens that were not used are there for later ones.
  void settle(sampler::StretchPlan step);

  /// The stretch whose last step was settled, its pairs by rank, once; empty else.
  [[nodiscard]] std::optional<sampler::StretchPlan> close();

  /// Tokens that the next step may have by the budget alone: `tokens_per_hour` times the time so
  /// far and a minute more, less what was spent; `max_tokens` less what was spent.
  [[nodiscard]] std::int64_t budget() const;
  /// The longest time from a moment to the last picture that was there when it was decided.
  [[nodiscard]] MediaDuration longest_lag() const { return longest_lag_; }
  /// Pictures that are kept.
  [[nodiscard]] std::size_t num_pictures() const { return pictures_.size(); }

 private:
  [[nodiscard]] MediaTime step_end() const;
  void forget();

  sampler::PlanOptions options_;
  sampler::PictureSize display_;
  std::vector<sampler::SmallPicture> pictures_;  ///< around the step, and those that came since
  std::vector<sampler::SmallPicture> looks_;     ///< first pictures of the last pairs, by time
  std::optional<MediaTime> broken_at_;  ///< set: the next picture begins a stretch
  int number_ = 0;      ///< of the open stretch
  MediaTime stretch_begin_;
  MediaTime step_begin_;
  std::vector<sampler::StretchPlan> steps_;  ///< of the open stretch
  int num_pairs_ = 0;                        ///< decided in the open stretch
  std::int64_t planned_tokens_ = 0;          ///< of the step that is not settled
  std::int64_t tokens_spent_ = 0;
  MediaDuration longest_lag_{0};
};

}  // namespace hindsight::pipeline
