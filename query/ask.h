// A question answered from the token cache: choose pairs, read their tokens, let the model look.
#pragma once

#include <functional>
#include <string_view>

#include "model/tokenizer.h"
#include "query/answer.h"

namespace hindsight::query {

struct AskOptions {
  /// Visual tokens read for one question, all videos together.  At least 1.
  int max_visual_tokens = 4096;
  /// Of these, the share that goes to coverage; the rest goes to relevance.
  double coverage_share = 0.5;
  /// Text tokens of subtitles, at most an eighth of the context.
  int max_subtitle_tokens = 512;
  /// Reads other pairs than ours within the same budget, for comparison.  Where it chooses none the
  /// model is asked without a picture.  Empty: select_pairs().
  ChoosePairs choose_pairs{};
  model::GenerationOptions generation{};
};

/// Pieces of the answer's text as it is generated, valid UTF-8.
using OnText = std::function<void(std::string_view)>;

/// Answers a question that plan_question() has understood.  Reads the store and the language model,
/// nothing else.  An ingest may go on meanwhile: what is committed is read.
/// Throws Error(exhausted) when the question alone exceeds the context or no pair fits the budget,
/// and what store and model throw.
[[nodiscard]] Answer ask(const QuestionPlan& plan,
                         const index::Store& store,
                         model::LanguageModel& language_model,
                         const model::Tokenizer& tokenizer,
                         const AskOptions& options = {},
                         const OnText& on_text = {});

}  // namespace hindsight::query
