// The numbers of an answer against the intervals that it shows.
#pragma once

#include <string>
#include <vector>

#include "query/answer.h"

namespace hindsight::query::detail {

/// A sentence for each number that does not follow from the answer's intervals: a count, a length,
/// a share, how many at once, which of several is seen more often.  answer: found, with a plan.
[[nodiscard]] std::vector<std::string> faults_of_numbers(const Answer& answer);

}  // namespace hindsight::query::detail
