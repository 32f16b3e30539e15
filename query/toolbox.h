// The tools that a model works with step by step: overview, search, look, timeline, count, order.
// Each reads the token cache and says in text what it read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/chat.h"
#include "model/tool_calls.h"
#include "query/execute.h"

namespace hindsight::query {

/// What a call came to.
struct ToolResult {
  std::string text;                      ///< for the model and for people
  bool failed = false;                   ///< the call was no good: `text` says why
  std::vector<EvidenceInterval> seen;    ///< that the model has looked at, pair by pair
  std::vector<index::StoredPair> shown;  ///< pairs whose pictures belong to the result, by time
  Usage usage;
};

/// One video's.  Borrows all that it is made with.  Not thread-safe.
class Toolbox {
 public:
  /// question: with one scope.
  Toolbox(const QuestionPlan& question,
          const index::Store& store,
          model::LanguageModel& language_model,
          const model::Tokenizer& tokenizer,
          const ExecuteOptions& options);

  /// The tools as the system turn lists them: JSON objects with name, description and parameters.
  [[nodiscard]] static std::span<const std::string_view> signatures();

  /// An unknown tool and arguments that make no sense are results that say so, not exceptions.
  /// Throws what store and model throw.
  [[nodiscard]] ToolResult call(const model::ToolCall& call) const;

 private:
  ToolResult overview() const;
  ToolResult search(const std::string& text) const;
  ToolResult look(TimeSpan span, bool is_fine) const;
  ToolResult execute_plan(const Plan& plan) const;
  EvidenceInterval seen(const index::StoredPair& pair,
                        const std::string& description,
                        double score) const;

  const QuestionPlan& question_;
  const VideoScope& scope_;
  const index::Store& store_;
  model::LanguageModel& language_model_;
  const model::Tokenizer& tokenizer_;
  ExecuteOptions options_;
};

/// A call in the words of the format: `timeline {"predicate": "Is a red car visible?"}`.
[[nodiscard]] model::ToolCall timeline_call(const std::string& predicate);
[[nodiscard]] model::ToolCall look_call(const TimeSpan& span);
[[nodiscard]] model::ToolCall overview_call();

}  // namespace hindsight::query
