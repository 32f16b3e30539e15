// Which cached pairs a question reads, within a token budget.
//
// When everything fits, everything is read.  Otherwise a share of the budget (half by default) goes
// to coverage, a prefix of the global order, so that no stretch of the range is unseen whatever the
// ranking thinks; the rest goes to relevance, subtitle hits and nearest vectors taking turns; what
// then is left continues the prefix.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "index/records.h"
#include "index/store.h"
#include "query/question.h"

namespace hindsight::query {

/// A pair that may be read and what speaks for it.
struct Candidate {
  index::StoredPair pair;
  double closeness = 0;  ///< see score_pairs(); 0 when nothing is known
  double subtitle_hit =
      0;  ///< (0, 1]: its best subtitle hit, 1 for the best of the search; 0: none

  /// One number for both, subtitle hits above vectors.
  [[nodiscard]] double relevance() const { return subtitle_hit > 0 ? 2 + subtitle_hit : closeness; }
};

enum class ChoiceReason { everything, coverage, subtitle, relevance, given };
[[nodiscard]] std::string_view to_string(ChoiceReason reason);

struct Choice {
  std::size_t candidate = 0;
  ChoiceReason reason = ChoiceReason::coverage;
  friend bool operator==(const Choice&, const Choice&) = default;
};

struct SelectOptions {
  int max_visual_tokens = 4096;
  /// Bound for visual tokens plus `tokens_around_pair` for every pair.
  int max_prompt_tokens = 32768;
  int tokens_around_pair = 0;
  /// Of the visual tokens; 0..1.
  double coverage_share = 0.5;
  /// Vectors rank something: closeness is not the same for all.
  bool has_closeness = false;
};

struct Selection {
  std::vector<Choice> choices;  ///< by time
  int visual_tokens = 0;
  int prompt_tokens = 0;
};

/// candidates: in global order (Store::pairs).  near_duplicates(a, b): two candidates of which
/// relevance reads one only; may be empty.  No pair of frames is chosen twice, at whatever size.
/// Deterministic.  Throws Error(usage) for a budget below 1 or a share outside 0..1.
[[nodiscard]] Selection select_pairs(
    std::span<const Candidate> candidates,
    const SelectOptions& options,
    const std::function<bool(std::size_t, std::size_t)>& near_duplicates = {});

/// Instead of select_pairs(): the candidates to read, the most wanted first; may be empty.
using ChoosePairs = std::function<std::vector<std::size_t>(std::span<const Candidate> candidates,
                                                           const SelectOptions& options)>;

/// The candidates at the positions `order`, in that order, until one does not fit the budget.
/// Throws Error(internal) for a position that is no candidate's.
[[nodiscard]] Selection take_pairs(std::span<const Candidate> candidates,
                                   std::span<const std::size_t> order,
                                   const SelectOptions& options);

/// The beginning of the global order within the scope's ranges, by time: at most `most` pairs.
/// Where no pair begins within the ranges, those that cover a part of them.
[[nodiscard]] std::vector<index::StoredPair> uniform_pairs(const VideoScope& scope,
                                                           const index::Store& store,
                                                           int most);

/// Splits a budget among several claims: equal parts, and what a small claim leaves goes to the
/// others.  The parts add up to at most `budget` and exceed no claim.
[[nodiscard]] std::vector<int> split_budget(int budget, std::span<const std::int64_t> claims);

}  // namespace hindsight::query
