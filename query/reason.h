// A question answered step by step with tools (toolbox.h): a language model that can chooses the
// steps; for one that cannot, a script derived from the question's plan stands in.
//
// An answer is given only on evidence that was looked at: one that names no time needs a look at
// anything, one that names times needs a look at one of them.
#pragma once

#include <functional>

#include "query/planner.h"
#include "query/toolbox.h"

namespace hindsight::query {

struct ReasonOptions {
  int max_steps = 8;           ///< calls; at least 1
  int max_new_tokens = 4'096;  ///< in all steps and the answer together; at least 1
  /// Whether the model chooses: always, never, or as why_not_able() decides.
  Planning model_chooses = Planning::if_able;
  /// How it writes; the tokens of each turn are what is left of max_new_tokens.
  model::GenerationOptions generation{};
  ExecuteOptions execute{};
};

using OnStep = std::function<void(const ReasonStep& step)>;

/// Answer::reasoning has the steps; on_step is told each as it ends.  The answer is refused when
/// the steps or tokens are used up, when the model states what it did not look at, and, with the
/// script, when the question has no plan.  Throws Error(usage) for options out of range and for a
/// question about several videos, and what store and model throw.
[[nodiscard]] Answer reason(const QuestionPlan& question,
                            const index::Store& store,
                            model::LanguageModel& language_model,
                            const model::Tokenizer& tokenizer,
                            const ReasonOptions& options = {},
                            const OnStep& on_step = {});

}  // namespace hindsight::query
