// Checking an answer: the model looks again at the pairs that it cites, and what the answer states
// is compared with its evidence.  Kept looks are neither read nor written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer.h"
#include "query/answer.h"

namespace hindsight::query {

/// Of one look: the model says the same again, something else, or the store has no such pair.
enum class LookVerdict { holds, differs, missing };
[[nodiscard]] std::string_view to_string(LookVerdict verdict);

struct LookCheck {
  std::string video;
  CitedLook stated;
  bool is_counter = false;  ///< cited as what speaks against the answer
  LookVerdict verdict = LookVerdict::missing;
  double p_yes = 0;   ///< now, of a predicate
  std::string reply;  ///< now, else
};

enum class AnswerVerdict {
  holds,             ///< every look holds and nothing is at fault
  does_not_hold,     ///< some look does not, or something stated has no evidence
  nothing_to_check,  ///< a generated answer or a refusal: no look to repeat, nothing is at fault
};
[[nodiscard]] std::string_view to_string(AnswerVerdict verdict);

struct AnswerCheck {
  AnswerVerdict verdict = AnswerVerdict::nothing_to_check;
  std::vector<LookCheck> looks;     ///< interval by interval, then the counter-evidence
  std::vector<std::string> faults;  ///< of the answer itself, one sentence each
};

/// A probability may differ by so much from one machine or dtype to the next.
inline constexpr double kLookTolerance = 0.05;

/// Looks again at every pair that `stated` (see parse_answer()) cites.  Beyond that:
/// - a plan's answer cites what its plan asks, and in each interval some pair shows it again;
/// - an interval lies within the pairs that it cites and their neighbours;
/// - every time in the text lies in an interval, and the text says what the value and the intervals
///   do; a count is the number of the intervals, a duration their length, a share that of what was
///   asked about, "three at once" what looks at so many say, what is compared by number as many
///   intervals of each, a text what some pair was replied to, a yes or no what the evidence says;
/// - where a clock runs in the picture it is read again, all of it;
/// - of a "no" and a refusal, nothing that was ruled out is likely now.
/// Throws Error(model) when another language model made the answer, Error(not_found) when the store
/// does not hold a video that it cites, or not its tokens for this model.
[[nodiscard]] AnswerCheck verify_answer(const Answer& stated,
                                        const index::Store& store,
                                        model::LanguageModel& language_model,
                                        const model::Tokenizer& tokenizer);

}  // namespace hindsight::query
