// The sampling plan: which frame pairs of a video are encoded, at which size, in which
// order, and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"

namespace hindsight::sampler {

/// Between two cuts.
struct Shot {
  TimeSpan span;
  /// False for the first shot of a stretch that goes on from the stretch before it, and of the
  /// video.
  bool begins_at_cut = false;
};

/// Something moves in front of a static background.
struct Activity {
  TimeSpan span;
  double score = 0;  ///< (0, 1]: how sure and how strong
};

/// How much moved at a moment that was looked at.
struct MotionPeak {
  MediaTime time{};
  float strength = 0;  ///< 1: from here on it is activity; 0 also where the whole picture moves
};

/// Why a pair was chosen.
enum class Reason { shot, activity, coverage, novelty };
[[nodiscard]] std::string_view to_string(Reason reason);

/// Two frames that are encoded together: one temporal patch, the atom of the cache.
struct PlannedPair {
  MediaTime first;   ///< time of the first frame
  MediaTime second;  ///< time of the second; equal to `first` where only one frame exists
  /// What this pair stands for; the pairs of a stretch share it out without overlap.
  TimeSpan covers;
  int width = 0;  ///< encoded size, multiples of 28
  int height = 0;
  Reason reason = Reason::coverage;
  /// 0, 1, 2, ... within its stretch: greedy coverage order.
  int rank = 0;
  /// Rank of an earlier pair of the stretch that shows the same and whose tokens do for this one
  /// (repeats.h); known when its pixels are.  Empty: it has tokens of its own.
  std::optional<int> same_as{};
  /// Of the tokens that it has or shares.
  [[nodiscard]] int num_tokens() const { return (width / 28) * (height / 28); }
  /// What it takes of the budget.
  [[nodiscard]] int cost() const { return same_as ? 0 : num_tokens(); }
};

/// A stretch is planned, encoded and committed as one: bounded memory, and the unit of resuming.
struct StretchPlan {
  int number = 0;
  TimeSpan span;
  std::vector<Shot> shots;
  std::vector<Activity> activity;
  std::vector<PlannedPair> pairs;  ///< by rank
  /// Of each second of the stretch in which motion was looked for the strongest one, ascending: for
  /// showing, nothing is decided by it.
  std::vector<MotionPeak> motion{};
};

/// Everything that changes a plan.  Two runs with equal options and equal video give equal plans.
struct PlanOptions {
  /// Upper bound of visual tokens an hour of video; what quiet stretches leave is carried to later
  /// ones.
  std::int64_t tokens_per_hour = 120'000;
  /// Upper bound for the whole video; 0: none.  When both are given the smaller one holds.
  std::int64_t max_tokens = 0;
  /// No stretch of this length goes without a pair as long as the budget allows it.
  MediaDuration coverage_floor{std::chrono::seconds{20}};
  /// Token bounds of one pair.
  int min_pair_tokens = 16;
  int max_pair_tokens = 576;
  /// At least 10 s.
  MediaDuration stretch_length{std::chrono::minutes{5}};
  /// No cut is told by packets alone: everything that may hold one is decoded.
  bool exact = false;
  /// Every frame is looked at, also where packets and key frames say that nothing happens.
  bool every_frame = false;
  /// Also pairs that show what an earlier one shows get tokens of their own.
  bool encode_repeats = false;
};

/// Throws Error(usage) naming the option that is out of range or contradicts another one.
void validate(const PlanOptions& options);

/// Every field, in a fixed order: part of the key under which tokens are cached, and what is
/// printed.
[[nodiscard]] std::string to_canonical_text(const PlanOptions& options);

/// A video that ends at `end` is planned in this many stretches: at least one, and the last one is
/// at most half a stretch longer or shorter than the others.
[[nodiscard]] int num_stretches(MediaTime end, const PlanOptions& options);

/// Stretch `number` of a video that ends at `end`.
[[nodiscard]] TimeSpan stretch_span(int number, MediaTime end, const PlanOptions& options);

}  // namespace hindsight::sampler
