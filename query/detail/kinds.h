// Words for many kinds of things, for a model that knows the kinds alone.
#pragma once

#include <optional>

#include "model/vision_language_model.h"
#include "query/plan.h"
#include "query/time_words.h"

namespace hindsight::query::detail {

/// The plan with "vehicle" as the cars and trucks that the model knows, "animal" as its dogs: of
/// predicates with such a word that is not among ModelInfo::words.  A plan that looks at single
/// pairs, and one for a model that names no words, stay as they are.
[[nodiscard]] Plan in_known_kinds(Plan plan, const model::ModelInfo& model);

/// read_question_plan(), in_known_kinds().
[[nodiscard]] std::optional<Plan> plan_for(const TimeWords& words, const model::ModelInfo& model);

}  // namespace hindsight::query::detail
