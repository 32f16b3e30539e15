// From a question to what may be read for it: which videos, which stretches, which run's tokens.
// Needs the store and the facts of the model, not the model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/store.h"
#include "model/vision_language_model.h"
#include "query/time_words.h"

namespace hindsight::query {

struct Question {
  std::string text;
  /// Names, paths or hash prefixes.  Empty: the one video of the store, or all of them.
  std::vector<std::string> videos{};
  std::optional<MediaTime> from{};
  std::optional<MediaTime> to{};
};

/// One video of a question.
struct VideoScope {
  index::VideoRecord video;
  index::RunRecord run;  ///< its tokens were made by the model that answers
  std::string label;     ///< how answers name the video: its name, or its path where names repeat
  TimeWords words;
  std::vector<TimeSpan> ranges;  ///< time words and --from/--to together
};

/// A video that cannot be asked and why, when others can.
struct LeftOut {
  std::string label;
  std::string reason;
};

struct QuestionPlan {
  Question question;
  std::vector<VideoScope> scopes;  ///< never empty
  std::vector<LeftOut> left_out;
};

/// Throws Error(usage) for an empty question, a time outside every video or contradicting limits;
/// Error(not_found) for an empty store, an unknown video, and when no video has tokens of `model`,
/// naming the model that its tokens are for.  With several videos, one that cannot be asked is left
/// out.
[[nodiscard]] QuestionPlan plan_question(const Question& question,
                                         const index::Store& store,
                                         const model::ModelInfo& model);

}  // namespace hindsight::query
