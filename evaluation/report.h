// What the benchmark says: the system beside its baselines, as a table or as JSON, and its answers
// to read.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluation/outcome.h"

namespace hindsight::evaluation {

/// The answers of one system, in the order of the questions.  A baseline may leave questions out.
struct SystemOutcomes {
  std::string name;  ///< "hindsight", or the baseline's
  std::vector<Outcome> outcomes{};
};

/// A table for people: accuracy of all, by type and by length, a column a system; then the
/// differences, the funnel, intervals and the cost of a question, a line a system.
/// systems: ours first, at least one.
[[nodiscard]] std::string to_table(std::span<const SystemOutcomes> systems);

/// One line; evaluation/README.md explains the members:
/// {"n","correct","accuracy","interval","by_type","by_length","funnel","grounding","cost",
/// "baselines","questions"}.  systems: ours first, at least one.
[[nodiscard]] std::string to_json(std::span<const SystemOutcomes> systems);

/// "red", "3", "00:01:02.000 – 00:01:05.000", "not in the video".
[[nodiscard]] std::string to_text(const Truth& truth);

enum class Shown { all, wrong };

/// Every question with answer, truth, evidence and cost, five lines each.
[[nodiscard]] std::string to_transcript(const SystemOutcomes& system, Shown shown);

}  // namespace hindsight::evaluation
