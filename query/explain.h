// An answer's plan and readings, for people: --explain.
#pragma once

#include <string>

#include "query/answer.h"

namespace hindsight::query {

/// Lines of text.  With a plan: the plan, how many pairs each predicate's scan looked at and why,
/// its timeline with every pair's score, what was ruled out, coverage and evidence.  Without: for
/// every video its range and where that came from, the candidates, the pairs that were read with
/// time, tokens and reason, the subtitles shown, then the evidence with its pairs.
[[nodiscard]] std::string explain(const Answer& answer);

}  // namespace hindsight::query
