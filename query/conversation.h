// Questions that lean on the one before: "and after that?", "how long did it last?", "and the blue
// one?".  Rules, no model: a conversation is said again with the same words and goes the same way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/answer.h"

namespace hindsight::query {

/// A question of a conversation, ready to be asked.
struct FollowUp {
  Question question;
  /// What to execute instead of what the grammar reads in the question.
  std::optional<Plan> plan{};
  /// How a question that leans on another was understood, for the user; empty: as it stands.
  std::string reading{};
  /// Why there is nothing to ask: one sentence.  Empty otherwise.
  std::string unresolved{};
};

/// Keeps the last question, its plan and the intervals of its answer.  Not thread-safe.
class Conversation {
 public:
  /// scope: the videos and limits of every question; its text is ignored.
  explicit Conversation(Question scope) : scope_(std::move(scope)) {}

  /// Says a question in full.  Understood, after a question that was answered:
  /// - "and after that?", "and before that?": the same within what follows, or precedes, the
  /// answer;
  ///   "what happens after that?", "what happens during that?": a summary of it
  /// - "how long did it last?", "when was that?", "when did it end?", "how many times?": of the
  /// same
  /// - "and the blue one?", "what about a truck?": the same question about another thing
  /// - "and in the last hour?": the same question within other times
  /// - "it" and "they" are what the last question was about.
  [[nodiscard]] FollowUp resolve(std::string_view text) const;

  /// What was asked and answered becomes what the next question leans on.
  void remember(const FollowUp& asked, const QuestionPlan& question, const Answer& answer);

 private:
  struct Last {
    Question question;
    std::string bare;  ///< its text without time words
    std::optional<Plan> plan;
    std::vector<EvidenceInterval> intervals;
    std::string video_hash;  ///< of the intervals
    std::string label;
    MediaTime end;  ///< of the video
  };

  Question scope_;
  std::optional<Last> last_;

  friend class Resolver;
};

}  // namespace hindsight::query
