// From the usual English forms of a question to its plan.  Rules, no model: the same words give the
// same plan, and words of the user or of a video become predicate text and nothing else.
// tests/query/plan_grammar_*_test.cpp have 500 phrasings of these forms:
//   when, at what times, list all times; the first, last, second … time; the longest time
//   how many times, how often (per hour), how many X appear, how many X are there at T
//   how long, for how many seconds, which is shown longer
//   did … ever, is there, never, no one, always, throughout the video, is the door open at T
//   before, after, until, since, while, during, when, between A and B, within 10 seconds of
//   at night, by day, in the rain
//   which came first, which left first, A or B; in which order; which appears more often; are there
//   more A than B; how many there are at once at most; what percentage of the time
//   what colour is the first … after …, which way, what does the sign say (at T)
//   subjects joined by and, or, but no; negated by not, no, neither; every, all
//   things alone, as one types them into a search box: red car, find the dog, first truck
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
