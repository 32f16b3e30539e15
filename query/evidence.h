// What an answer rests on: intervals of the videos, made of the pairs that were shown.
#pragma once

#include <string_view>
#include <vector>

#include "query/answer.h"

namespace hindsight::query {

/// The evidence of an answer whose text is `text`, among the pairs of `readings`:
/// - every time that the text states is snapped to the pairs shown whose `covers` it touches
/// (within
///   1 s of it); times that were not shown are no evidence;
/// - when it states none that was shown, the pairs most relevant to the question, at most
///   kMaxRelevant over all videos, stand in.
/// An interval is the union of its pairs' `covers`; intervals that touch are one.  Its score is the
/// share of the pairs that could have been read (the candidates of all videos) which are less
/// relevant than its best pair, ties counting half: 0.5 when relevance says nothing.  By video,
/// then by time.  Empty when no pair was shown.
[[nodiscard]] std::vector<EvidenceInterval> find_evidence(
    std::string_view text, const std::vector<VideoReading>& readings);

inline constexpr std::size_t kMaxRelevant = 3;

/// Whether a time that a model states may mean a moment of `shown`: it rounds what it was shown, so
/// within a second.
[[nodiscard]] bool may_mean(const TimeSpan& stated, const TimeSpan& shown);

/// False when the text is empty or begins with the words that the prompt asks for when nothing is
/// seen.
[[nodiscard]] bool states_finding(std::string_view text);

}  // namespace hindsight::query
