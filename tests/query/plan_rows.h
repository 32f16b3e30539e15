// Rows of questions and the plans that the grammar makes of them, on one line each.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "query/compact_plan.h"
#include "query/plan_grammar.h"
#include "query/time_words.h"

namespace hindsight::test {

/// compact() of the plan of a question about 25 minutes; "not understood" without one.
inline std::string plan_text(const std::string& question) {
  const auto words = query::read_time_words(question, MediaTime{std::chrono::minutes{25}}, "v.mp4");
  const auto plan = query::read_question_plan(words.question, query::moment_of(words));
  return plan ? compact(*plan) : "not understood";
}

struct PlanRow {
  std::string question;
  std::string plan;
};

inline void check_plans(const std::vector<PlanRow>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.question);
    CHECK(plan_text(row.question) == row.plan);
  }
}

}  // namespace hindsight::test
