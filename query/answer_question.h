// A question answered by what fits it: a summary, the plan that the grammar reads, the plan that
// the language model proposes, or retrieval and generation.
#pragma once

#include "query/ask.h"
#include "query/execute.h"
#include "query/planner.h"
#include "query/summary.h"

namespace hindsight::query {

struct AnswerOptions {
  AskOptions ask{};
  ExecuteOptions execute{};
  SummaryOptions summary{};
  PlannerOptions planner{};
};

/// In this order: a question about everything is summarised, one that the grammar reads is
/// executed, one that the model proposes a faithful plan for is executed; else ask(), and
/// Answer::proposal says why no plan was used.  on_text: pieces of a generated answer.  Throws what
/// those throw.
[[nodiscard]] Answer answer_question(const QuestionPlan& question,
                                     const index::Store& store,
                                     model::LanguageModel& language_model,
                                     const model::Tokenizer& tokenizer,
                                     const AnswerOptions& options = {},
                                     const OnText& on_text = {});

}  // namespace hindsight::query
