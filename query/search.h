// Moments of one or all videos, ranked: vectors and stored texts choose candidates, the language
// model looks at each of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer.h"
#include "query/answer.h"

namespace hindsight::query {

struct SearchOptions {
  /// Moments in the result, at least 1.
  std::size_t limit = 10;
  /// Visual tokens of the pairs that are looked at, all videos together; those of which a look is
  /// kept in the store come on top, for nothing.  At least 1.
  int max_visual_tokens = 4096;
  KeepLooks keep = KeepLooks::yes;
};

/// A stretch of neighbouring pairs that all show it, or one pair.
struct Moment {
  std::string video;  ///< the scope's label
  std::string video_hash;
  TimeSpan span;
  double score = 0;        ///< 0..1: the greater of p_yes and the subtitle's share
  index::StoredPair pair;  ///< of the stretch, the one with the greatest score
  double p_yes = 0;        ///< what the model said of that pair
  double closeness = 0;    ///< of that pair's vector to the words; 0 when nothing is known
  /// The best subtitle of the stretch, and the share of the text's words that it has, 0..1.
  std::optional<index::StoredText> subtitle;
  double subtitle_share = 0;
};

struct SearchResult {
  std::string text{};
  std::string predicate{};        ///< the question that the model was asked about each pair
  std::vector<Moment> moments{};  ///< best first
  Usage usage{};
  /// Why the model was not asked, and subtitles alone decide; empty: it was.
  std::string not_asked{};
  std::string not_kept{};  ///< why looks were not kept in the store; empty: they were
};

/// Above this a moment is said to be found; below it is only the closest there is.
inline constexpr double kFoundScore = 0.5;

/// The question about one pair that `text` stands for: "Is a red car visible?" for "red car", the
/// one that a question about it would ask too, so that they share their looks.
[[nodiscard]] std::string look_question(std::string_view text);

/// Throws Error(usage) for a text that is too long for a predicate and a limit below 1, and what
/// store and model throw.
[[nodiscard]] SearchResult search(const QuestionPlan& plan,
                                  const index::Store& store,
                                  model::LanguageModel& language_model,
                                  const model::Tokenizer& tokenizer,
                                  const SearchOptions& options = {});

/// One line: {"text","predicate","found","moments","usage","model","store"}, times in seconds.
[[nodiscard]] std::string to_json(const SearchResult& result,
                                  std::string_view model,
                                  std::string_view store);

}  // namespace hindsight::query
