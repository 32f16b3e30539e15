// What pairs are replied to with: which replies are the same, and which are there one after the
// other over a whole video.
#pragma once

#include <string>
#include <vector>

#include "query/answer.h"
#include "query/judge.h"
#include "query/question.h"

namespace hindsight::query::detail {

/// "Red." and "red" are one reply.
[[nodiscard]] std::string normalized_reply(const std::string& reply);

/// One line, without the capital of an article and the full stop of a sentence: one of several.
[[nodiscard]] std::string phrase_of(std::string reply);

/// A reply that the thing asked about is not there, or does not move.
[[nodiscard]] bool says_nothing(const std::string& normalized);

struct Inventory {
  std::vector<EvidenceInterval> first_given;  ///< of each reply once, by time
  std::vector<index::StoredPair> looked;      ///< by time
};

/// What is replied in an interval of an inventory, as a phrase.
[[nodiscard]] std::string reply_in(const EvidenceInterval& interval);

/// Every reply to `question` that two neighbours or more of the pairs that were looked at agree on:
/// of up to 300 pairs, the beginning of the global order within the ranges.  The score of n that
/// agree is n / (n + 1).
[[nodiscard]] Inventory take_inventory(const std::string& question,
                                       const VideoScope& scope,
                                       const index::Store& store,
                                       Judge& judge);

}  // namespace hindsight::query::detail
