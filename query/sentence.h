// What a plan found, as a sentence.
#pragma once

#include <string>
#include <vector>

#include "query/answer.h"

namespace hindsight::query {

/// One or two sentences that say the value and, where they are the value, the times.  Every time
/// lies in an interval of `intervals`.
[[nodiscard]] std::string to_sentence(const PlanFindings& findings,
                                      const std::vector<EvidenceInterval>& intervals);

/// "looked at 98.7 % of 00:00:00.000 to 00:25:00.000, 6 pairs a minute, widest gap 11 s at ...;
/// closest: 00:12:00.000 (0.43)"; of several videos their length, and where in which of them.
/// closest: may be null.
[[nodiscard]] std::string to_sentence(const VideosCoverage& coverage,
                                      const CounterEvidence* closest);

/// What a "no" and a 0 rest on, where no interval shows it; empty for other answers.
[[nodiscard]] std::string grounds_of_absence(const Answer& answer);

}  // namespace hindsight::query
