#include "pipeline/live_planner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "sampler/budget.h"
#include "sampler/ongoing.h"
#include "sampler/stretch.h"

namespace hindsight::pipeline {
namespace {

using namespace std::chrono_literals;
using sampler::SmallPicture;

constexpr MediaDuration kStep = 2s;
/// A shorter rest belongs to the step before it.
constexpr MediaDuration kShortestStep = 1s;
/// Pictures of so long tell what is noise.
constexpr MediaDuration kContext = 30s;
/// Much may happen before the budget has grown.
constexpr MediaDuration kBorrowed = 60s;

}  // namespace

LivePlanner::LivePlanner(const sampler::PlanOptions& options, sampler::PictureSize display)
    : options_(options), display_({std::max(1, display.width), std::max(1, display.height)}) {
  sampler::validate(options_);
}

void LivePlanner::add(const SmallPicture& picture) {
  if (pictures_.empty() || broken_at_) {
    pictures_.clear();
    looks_.clear();
    broken_at_.reset();
    stretch_begin_ = step_begin_ = picture.time;
  }
  pictures_.push_back(picture);
}

void LivePlanner::break_off(MediaTime end) {
  if (!pictures_.empty() && !broken_at_) broken_at_ = std::max(end, step_begin_);
}

MediaTime LivePlanner::step_end() const {
  const MediaTime stretch_end = stretch_begin_ + options_.stretch_length;
  const MediaTime limit = broken_at_ ? std::min(*broken_at_, stretch_end) : stretch_end;
  const MediaTime end = step_begin_ + kStep;
  return limit - end < kShortestStep ? limit : end;
}

std::optional<sampler::StretchPlan> LivePlanner::decide(std::int64_t room) {
  if (pictures_.empty()) return std::nullopt;
  const TimeSpan span{step_begin_, step_end()};
  const MediaTime read = pictures_.back().time;
  if (!broken_at_ && read < span.end + sampler::kStretchContext) return std::nullopt;
  if (span.empty()) return std::nullopt;
  // The last picture may end a little behind a border of stretches: nothing was seen from there on.
  if (broken_at_ && steps_.empty() && read < span.begin) return std::nullopt;
  // A stretch without a pair would not be covered.
  const bool due = num_pairs_ == 0 && broken_at_ && *broken_at_ == span.end;
  sampler::StretchInput input{static_cast<int>(steps_.size()),
                              span,
                              pictures_,
                              display_,
                              std::max<std::int64_t>(0, std::min(room, budget())),
                              {},
                              {},
                              sampler::Before{due ? sampler::Pictures{} : looks_, kContext, kStep}};
  auto plan = sampler::plan_stretch(input, options_);
  planned_tokens_ = 0;
  for (auto& pair : plan.pairs) {
    const auto look =
        std::ranges::find(pictures_, pair.first, &SmallPicture::time);
    looks_.push_back(*look);
    pair.rank = num_pairs_++;
    planned_tokens_ += pair.num_tokens();
  }
  std::ranges::sort(looks_, {}, &SmallPicture::time);
  tokens_spent_ += planned_tokens_;
  longest_lag_ = std::max(longest_lag_, read - span.begin);
  step_begin_ = span.end;
  forget();
  return plan;
}

void LivePlanner::settle(sampler::StretchPlan step) {
  std::int64_t used = 0;
  for (const auto& pair : step.pairs) used += pair.cost();
  tokens_spent_ -= std::exchange(planned_tokens_, 0) - used;
  steps_.push_back(std::move(step));
}

std::optional<sampler::StretchPlan> LivePlanner::close() {
  const bool is_full = step_begin_ - stretch_begin_ >= options_.stretch_length;
  const bool is_over = broken_at_ && step_begin_ >= *broken_at_;
  if (steps_.empty() || (!is_full && !is_over)) return std::nullopt;
  auto stretch =
      sampler::join_parts(number_++, {stretch_begin_, step_begin_}, std::exchange(steps_, {}));
  num_pairs_ = 0;
  stretch_begin_ = step_begin_;
  return stretch;
}

std::int64_t LivePlanner::budget() const {
  auto open_ended = options_;
  open_ended.max_tokens = 0;
  const auto grown = sampler::token_budget(step_end() + kBorrowed, open_ended);
  const auto most = options_.max_tokens > 0 ? options_.max_tokens
                                            : std::numeric_limits<std::int64_t>::max();
  return std::min(grown, most) - tokens_spent_;
}

void LivePlanner::forget() {
  std::erase_if(pictures_, [&](const SmallPicture& p) { return p.time < step_begin_ - kContext; });
  const MediaDuration reach = std::max(options_.coverage_floor, kContext);
  std::erase_if(looks_, [&](const SmallPicture& p) { return p.time < step_begin_ - reach; });
}

}  // namespace hindsight::pipeline
