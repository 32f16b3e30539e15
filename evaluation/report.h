// What the benchmark says: the system beside its baselines, as a table or as JSON.
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

}  // namespace hindsight::evaluation
