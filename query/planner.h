// The language model as planner, for questions that the grammar does not read.  What it writes is
// constrained to the plan's JSON schema, so that it always is a plan; whether it is a plan of the
// question is judged by code.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/tokenizer.h"
#include "model/vision_language_model.h"
#include "query/plan.h"

namespace hindsight::query {

enum class Planning {
  if_able,  ///< as why_not_able() decides
  always,   ///< whatever the checkpoint
  never,
};

struct PlannerOptions {
  Planning planning = Planning::if_able;
  int max_new_tokens = 400;
};

/// What the language model proposed.
struct Proposal {
  std::string json;          ///< as written; empty: it was not asked
  std::optional<Plan> plan;  ///< empty: not to be used
  std::string rejected;      ///< why not: half a sentence
};

/// Why a checkpoint is not asked for plans and tool calls, as half a sentence; empty when it is.
/// One whose vocabulary was not learned from JSON spells it letter by letter and has never seen
/// any: what it would write is noise in the form of a plan.
[[nodiscard]] std::optional<std::string> why_not_able(const model::ModelInfo& info,
                                                      const model::Tokenizer& tokenizer);

/// Asks the model for a plan of `question`, likeliest tokens only.  A plan that is cut off, makes
/// no sense or is unfaithful is rejected.  question: without its time words; it is put to the model
/// as text.  Throws what the model throws.
[[nodiscard]] Proposal propose_plan(std::string_view question,
                                    model::LanguageModel& language_model,
                                    const model::Tokenizer& tokenizer,
                                    const PlannerOptions& options = {});

/// Why a plan cannot be one of the question: a predicate that is no question, that names what the
/// question does not, or that takes nothing from it.  Empty when it can.
[[nodiscard]] std::optional<std::string> find_unfaithful(const Plan& plan,
                                                         std::string_view question);

}  // namespace hindsight::query
