#include "app/benchmark.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <variant>

#include "core/error.h"
#include "query/answer_question.h"
#include "query/evidence.h"

namespace hindsight::app {
namespace {

using evaluation::Baseline;
using evaluation::BenchmarkQuestion;
using evaluation::Outcome;
using evaluation::PairTimes;
using Candidates = std::span<const query::Candidate>;
using Positions = std::vector<std::size_t>;

template <class Action>
auto naming(const BenchmarkQuestion& question, Action action) {
  try {
    return action();
  } catch (const Error& e) {
    throw Error(e.code(), fmt::format("question '{}': {}", question.id, e.what()));
  }
}

query::QuestionPlan plan(const BenchmarkQuestion& question,
                         const index::Store& store,
                         const model::ModelInfo& info) {
  return query::plan_question({.text = question.question, .videos = {question.video}}, store, info);
}

void add_pairs(std::vector<PairTimes>& times,
               const index::RunRecord& run,
               const index::Store& store) {
  for (const auto& pair : store.pairs(run.id)) times.push_back({pair.first, pair.second});
}

BenchmarkVideo read_video(const query::VideoScope& scope, const index::Store& store) {
  BenchmarkVideo video{.length = scope.video.end - MediaTime{}};
  for (const auto& run : store.runs(scope.video.id)) {
    if (run.plan_settings == scope.run.plan_settings) add_pairs(video.planned, run, store);
    if (run.id == scope.run.id) add_pairs(video.cached, run, store);
  }
  return video;
}

bool fits(Candidates candidates,
          std::span<const std::size_t> positions,
          const query::SelectOptions& limits) {
  std::int64_t visual = 0;
  for (const std::size_t i : positions) visual += candidates[i].pair.num_tokens;
  const auto around = limits.tokens_around_pair * static_cast<std::int64_t>(positions.size());
  return visual <= limits.max_visual_tokens && visual + around <= limits.max_prompt_tokens;
}

/// Of the candidates at `among`, those at even spacing in time that fit.
Positions choose_evenly(Candidates candidates,
                        const Positions& among,
                        const query::SelectOptions& limits) {
  if (among.empty()) return {};
  std::vector<MediaTime> times;
  TimeSpan range = candidates[among.front()].pair.covers;
  for (const std::size_t i : among) {
    const auto& pair = candidates[i].pair;
    times.push_back(pair.first + (pair.second - pair.first) / 2);
    range.begin = std::min({range.begin, pair.covers.begin, pair.first});
    range.end = std::max({range.end, pair.covers.end, pair.second + MediaDuration{1}});
  }
  const auto to_candidates = [&](std::span<const std::size_t> chosen) {
    Positions positions;
    for (const std::size_t c : chosen) positions.push_back(among[c]);
    return positions;
  };
  return to_candidates(evaluation::spread_evenly(times, range, [&](const auto& chosen) {
    return fits(candidates, to_candidates(chosen), limits);
  }));
}

/// Empty for our own choice.
query::ChoosePairs chooser(const BenchmarkQuestion& question, std::optional<Baseline> baseline) {
  if (!baseline) return {};
  return [&question, baseline](Candidates candidates, const query::SelectOptions& limits) {
    Positions among;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto& pair = candidates[i].pair;
      const bool wanted = baseline == Baseline::uniform ||
                          (baseline == Baseline::oracle &&
                           evaluation::lies_in({pair.first, pair.second}, question.evidence));
      if (wanted) among.push_back(i);
    }
    return choose_evenly(candidates, among, limits);
  };
}

evaluation::Response to_response(const query::Answer& answer, std::optional<Baseline> baseline) {
  evaluation::Response response{.found = answer.found, .text = answer.text};
  for (const auto& interval : answer.intervals) response.intervals.push_back(interval.span);
  if (answer.findings) {
    if (const auto* number = std::get_if<double>(&answer.findings->value))
      response.number = *number;
    // One moment is a number too: of "when does the last car leave", the end.
    const auto& plan = answer.findings->plan;
    if (plan.type == query::AnswerType::when && answer.intervals.size() == 1) {
      const auto& span = answer.intervals.front().span;
      response.number = to_seconds(plan.edge == query::Edge::end ? span.end : span.begin);
    }
  }
  // It was shown no pair that could be evidence; what it says is all there is to score.
  if (baseline == Baseline::blind && answer.found) {
    response.intervals =
        query::read_stated_times(answer.text, answer.readings.front().scope.video.end);
  }
  return response;
}

std::vector<PairTimes> pairs_read(const query::Answer& answer) {
  std::vector<PairTimes> times;
  for (const auto& reading : answer.readings) {
    for (const auto& choice : reading.selection.choices) {
      const auto& pair = reading.candidates[choice.candidate].pair;
      times.push_back({pair.first, pair.second});
    }
  }
  if (!answer.findings) return times;
  for (const auto& timeline : answer.findings->timelines) {
    for (const auto& scored : timeline.pairs)
      times.push_back({scored.pair.first, scored.pair.second});
  }
  for (const auto& interval : answer.intervals) {
    for (const auto& pair : interval.pairs) times.push_back({pair.first, pair.second});
  }
  return times;
}

/// What is left when an answer is there: the score, and how far it came.
void judge(Outcome& outcome, const BenchmarkVideo& video, std::span<const PairTimes> read) {
  outcome.video_length = video.length;
  outcome.score = evaluation::score(outcome.question, outcome.response);
  outcome.funnel =
      evaluation::follow(outcome.question,
                         {.planned = video.planned, .cached = video.cached, .read = read},
                         outcome.response,
                         outcome.score);
}

Outcome ask(const BenchmarkQuestion& question,
            const Benchmark& benchmark,
            std::optional<Baseline> baseline) {
  query::AskOptions options = benchmark.options;
  options.choose_pairs = chooser(question, baseline);
  if (baseline == Baseline::blind) options.max_subtitle_tokens = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = naming(question, [&] {
    const auto asked = plan(question, benchmark.store, benchmark.language_model.info());
    const auto& store = benchmark.store;
    auto& model = benchmark.language_model;
    const auto& tokenizer = benchmark.tokenizer;
    // A baseline is one prompt with the pairs that it chooses.
    return baseline ? query::ask(asked, store, model, tokenizer, options)
                    : query::answer_question(asked, store, model, tokenizer, {.ask = options});
  });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  Outcome outcome{.question = question,
                  .response = to_response(answer, baseline),
                  .cost = {.pairs_read = answer.usage.pairs_read,
                           .visual_tokens = answer.usage.visual_tokens,
                           .bytes_read = answer.usage.bytes_read,
                           .seconds = seconds.count()}};
  judge(outcome, benchmark.videos.at(question.video), pairs_read(answer));
  benchmark.logger.debug("{} {} {}: {}",
                         baseline ? evaluation::to_string(*baseline) : "hindsight",
                         outcome.score.correct ? "right" : "wrong",
                         question.id,
                         answer.text);
  return outcome;
}

/// Empty when the baseline leaves the question out.
std::optional<Outcome> answer_one(const BenchmarkQuestion& question,
                                  const Benchmark& benchmark,
                                  std::optional<Baseline> baseline,
                                  const std::optional<evaluation::Response>& prior) {
  if (baseline == Baseline::oracle && question.evidence.empty()) return std::nullopt;
  if (baseline != Baseline::prior) return ask(question, benchmark, baseline);
  if (!prior) return std::nullopt;
  Outcome outcome{.question = question, .response = *prior};
  judge(outcome, benchmark.videos.at(question.video), {});
  return outcome;
}

}  // namespace

std::map<std::string, BenchmarkVideo> find_videos(std::span<const BenchmarkQuestion> questions,
                                                  const index::Store& store,
                                                  const model::ModelInfo& info) {
  std::map<std::string, BenchmarkVideo> videos;
  for (const auto& question : questions) {
    const auto understood = naming(question, [&] { return plan(question, store, info); });
    const auto& scope = understood.scopes.front();
    evaluation::check_within(question, scope.video.end);
    const auto [it, is_new] = videos.try_emplace(question.video);
    if (is_new) it->second = read_video(scope, store);
  }
  return videos;
}

std::vector<evaluation::SystemOutcomes> run_benchmark(const Benchmark& benchmark,
                                                      std::span<const Baseline> baselines) {
  std::map<std::string, MediaDuration> lengths;
  for (const auto& [name, video] : benchmark.videos) lengths.emplace(name, video.length);
  const auto priors = evaluation::prior_answers(benchmark.questions, lengths);
  std::vector<std::optional<Baseline>> asked{std::nullopt};
  asked.insert(asked.end(), baselines.begin(), baselines.end());
  std::vector<evaluation::SystemOutcomes> systems;
  for (const auto& baseline : asked) {
    auto& system = systems.emplace_back();
    system.name = baseline ? evaluation::to_string(*baseline) : "hindsight";
    for (std::size_t i = 0; i < benchmark.questions.size(); ++i) {
      const auto& question = benchmark.questions[i];
      auto outcome = answer_one(question, benchmark, baseline, priors[i]);
      if (!outcome) continue;
      outcome->chance = evaluation::chance_of(question, priors[i]);
      system.outcomes.push_back(std::move(*outcome));
    }
  }
  return systems;
}

evaluation::SystemOutcomes score_answers(const Benchmark& benchmark,
                                         const evaluation::PeerAnswers& answers) {
  evaluation::SystemOutcomes system{.name = answers.name};
  for (const auto& question : benchmark.questions) {
    const auto answer = answers.by_id.find(question.id);
    if (answer == answers.by_id.end()) continue;
    const auto& [text, seconds, visual_tokens] = answer->second;
    const auto& video = benchmark.videos.at(question.video);
    auto& outcome = system.outcomes.emplace_back();
    outcome.question = question;
    outcome.response = {.found = query::states_finding(text),
                        .text = text,
                        .intervals = query::read_stated_times(text, MediaTime{video.length})};
    outcome.cost = {.visual_tokens = visual_tokens, .seconds = seconds};
    judge(outcome, video, {});
  }
  return system;
}

}  // namespace hindsight::app
