// Questions with known answers, put to the store: our way and the baselines' ways.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/logger.h"
#include "evaluation/answer_file.h"
#include "evaluation/baselines.h"
#include "evaluation/report.h"
#include "query/ask.h"

namespace hindsight::app {

/// What every question about a video needs, read once.
struct BenchmarkVideo {
  MediaDuration length{};
  /// Of every run with the plan of the run that is asked: a pair of the plan may be in the store
  /// for another model or codec alone.
  std::vector<evaluation::PairTimes> planned{};
  std::vector<evaluation::PairTimes> cached{};  ///< of the run that is asked
};

/// The videos of all questions, by the name that the questions give them.  Every question is
/// understood here, before minutes are spent on the first: throws what plan_question() and
/// check_within() throw, naming the question.
[[nodiscard]] std::map<std::string, BenchmarkVideo> find_videos(
    std::span<const evaluation::BenchmarkQuestion> questions,
    const index::Store& store,
    const model::ModelInfo& info);

/// Who is asked, and about what.  Borrows all of it.
struct Benchmark {
  std::span<const evaluation::BenchmarkQuestion> questions;
  const std::map<std::string, BenchmarkVideo>& videos;
  const index::Store& store;
  model::LanguageModel& language_model;
  const model::Tokenizer& tokenizer;
  const query::AskOptions& options;
  const Logger& logger;
};

/// Ours first, then the baselines in their order.  Throws what ask() throws, naming the question.
[[nodiscard]] std::vector<evaluation::SystemOutcomes> run_benchmark(
    const Benchmark& benchmark, std::span<const evaluation::Baseline> baselines);

/// What another program answered, by the same rules; its intervals are the times that it states.
/// Questions that it left out are left out.
[[nodiscard]] evaluation::SystemOutcomes score_answers(const Benchmark& benchmark,
                                                       const evaluation::PeerAnswers& answers);

}  // namespace hindsight::app
