// Outcomes and questions in a line each.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "evaluation/outcome.h"

namespace hindsight::test {

inline MediaTime at(double seconds) { return {from_seconds(seconds)}; }
inline TimeSpan span(double from, double to) { return {at(from), at(to)}; }

/// A question of a video whose id is `video` and `type` together.
inline evaluation::BenchmarkQuestion make_question(const std::string& video,
                                                   const std::string& type,
                                                   evaluation::Truth truth,
                                                   evaluation::Rule rule,
                                                   double tolerance = 0) {
  evaluation::BenchmarkQuestion question;
  question.id = video + "-" + type;
  question.video = video;
  question.type = type;
  question.question = "q?";
  question.truth = std::move(truth);
  question.rule = rule;
  question.tolerance = tolerance;
  return question;
}

/// About a video of 20 minutes.
inline evaluation::Outcome make_outcome(const std::string& video,
                                        bool correct,
                                        const std::string& type = "attribute") {
  evaluation::Outcome outcome;
  outcome.question = make_question(video, type, {.text = "red"}, evaluation::Rule::exact);
  outcome.score.correct = correct;
  outcome.funnel.answered = correct;
  outcome.video_length = std::chrono::minutes(20);
  return outcome;
}

}  // namespace hindsight::test
