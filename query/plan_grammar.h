// From the usual English forms of a question to its plan.  Rules, no model: the same words give the
// same plan, and words of the user or of a video become predicate text and nothing else.  The forms
// are listed in query/README.md; tests/query/plan_grammar_test.cpp has the phrasings.
#pragma once

#include <optional>
#include <string_view>

#include "query/plan.h"
#include "query/time_words.h"

namespace hindsight::query {

/// question: without its time words (TimeWords::question).  at: the moment they named, for "is the
/// door open at 1:30".  Empty when the question has none of the forms.
[[nodiscard]] std::optional<Plan> read_question_plan(std::string_view question,
                                                     std::optional<MediaTime> at);

/// The moment of a question whose only time words are "at T" or "around T".
[[nodiscard]] std::optional<MediaTime> moment_of(const TimeWords& words);

}  // namespace hindsight::query
