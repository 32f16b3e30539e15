// Executing a plan: timelines of its predicates, operators, a typed answer with evidence.  Code
// owns the clock and the counting; the model only looks at single pairs.
#pragma once

#include "model/tokenizer.h"
#include "query/answer.h"

namespace hindsight::query {

struct ExecuteOptions {
  ScanOptions scan{};
  /// Whether what the model says of pairs is kept in the store for the next question.
  KeepLooks keep = KeepLooks::yes;
};

/// Answers `plan` for the videos and ranges of `question`.
///
/// A video's intervals come one after the other's; counts and durations add up; `text` and `order`
/// are refused as ambiguous when several videos have an answer.  An interval's score is the mean
/// probability that the model gave its pairs (of the surest predicate where several made it), and
/// the confidence is the mean of the scores; of a "no", the probability that the likeliest pair is
/// none; of a text, the interval's score times the share of the pairs that were replied to so; of an
/// inventory, see take_inventory().
///
/// No interval: refused as not_covered when pairs stand for less than half of the range, else as
/// not_found; but yes_no and count then answer "no" and 0.  A plan with words that the model does
/// not know (ModelInfo::words) is refused as not_understood before any look.  Throws Error(usage) for a plan that
/// makes no sense, and what store and model throw.
[[nodiscard]] Answer execute(const Plan& plan,
                             const QuestionPlan& question,
                             const index::Store& store,
                             model::LanguageModel& language_model,
                             const model::Tokenizer& tokenizer,
                             const ExecuteOptions& options = {});

}  // namespace hindsight::query
