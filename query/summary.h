// What a video is about: descriptions of single pairs, phases of similar content, sections of them.
//
// Three levels.  The model describes the pairs of the uniform prefix of the global order, one at a
// time, and the store keeps what it said, like any look; code merges neighbours into phases, whose
// boundaries lie at cuts where there is one; a section is a stretch of fixed length with its
// phases.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/coverage.h"
#include "query/judge.h"
#include "query/question.h"

namespace hindsight::query {

struct SummaryOptions {
  /// Pairs that are described, at least 1.  A larger number reads what a smaller one has kept.
  int max_pairs = 300;
  /// Length of a section; 0: one section.  Not negative.
  MediaDuration every{};
  KeepLooks keep = KeepLooks::yes;
};

/// A stretch that shows much the same.
struct Phase {
  TimeSpan span;
  std::string text;
  double share = 0;                       ///< of its pairs, that are described so; 0..1
  std::vector<index::StoredPair> pairs;   ///< its first, a typical one and its last, by time
  std::vector<std::string> descriptions;  ///< of these pairs, see describe()
};

struct Section {
  TimeSpan span;
  std::string text;           ///< over its phases; empty: no pair of it is in the store
  std::vector<Phase> phases;  ///< by time
};

struct Summary {
  std::string video;  ///< the scope's label
  std::int64_t video_id = 0;
  std::string video_hash;
  std::vector<TimeSpan> ranges;   ///< that were asked about
  std::string text;               ///< over all of it; empty: nothing is in the store
  std::vector<Section> sections;  ///< by time
  int num_pairs = 0;
  LookCoverage coverage;  ///< by the pairs that were described
  bool complete = false;  ///< the video has been read to its end
  JudgeUsage usage;
  std::string not_kept;  ///< see Judge::not_kept()
};

/// Reads the store and the language model, nothing else.  The same store, model and options give
/// the same summary.  Throws Error(usage) for options out of range, and what store and model throw.
[[nodiscard]] Summary summarize(const VideoScope& scope,
                                const index::Store& store,
                                model::LanguageModel& language_model,
                                const model::Tokenizer& tokenizer,
                                const SummaryOptions& options = {});

/// What describe() puts to the model: one that the shipped model was trained with and that any
/// other understands.
inline constexpr std::string_view kDescribe = "What is in the picture?";

/// What the model says is in each of the pictures, one line each.
[[nodiscard]] std::vector<std::string> describe(Judge& judge,
                                                std::span<const index::StoredPair> pairs);

enum class SummaryFormat { text, markdown, json };
/// For people, several lines; as JSON one line, times in seconds:
/// {"video","ranges","text","sections":[{"from","to","text","phases":[{"from","to","text","share",
/// "pairs"}]}],"coverage","complete","usage"}.
[[nodiscard]] std::string to_text(const Summary& summary, SummaryFormat format);

/// True for "what is this about", "summarise the video", "what happens" and the like: questions
/// about everything.  question: without its time words.
[[nodiscard]] bool asks_for_summary(std::string_view question);

}  // namespace hindsight::query
