#include "query/answer_question.h"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "query/detail/kinds.h"
#include "query/detail/known_words.h"

namespace hindsight::query {
namespace {

EvidenceInterval to_evidence(const Summary& summary, const Phase& phase) {
  EvidenceInterval evidence;
  evidence.video = summary.video;
  evidence.video_id = summary.video_id;
  evidence.video_hash = summary.video_hash;
  evidence.span = phase.span;
  evidence.score = phase.share;
  evidence.basis = EvidenceBasis::looked;
  evidence.pairs = phase.pairs;
  for (std::size_t i = 0; i < phase.pairs.size(); ++i) {
    evidence.looks.push_back({.pair = phase.pairs[i],
                              .question = std::string(kDescribe),
                              .reply = phase.descriptions[i]});
  }
  return evidence;
}

void add(Answer& answer, Summary summary) {
  answer.usage.pairs_read += summary.num_pairs;
  answer.usage.visual_tokens += summary.usage.visual_tokens;
  answer.usage.prompt_tokens += static_cast<int>(summary.usage.prompt_tokens);
  answer.usage.new_tokens += static_cast<int>(summary.usage.new_tokens);
  answer.usage.looks_computed += summary.usage.looks_computed;
  answer.usage.looks_kept += summary.usage.looks_kept;
  answer.timings.look += summary.usage.seconds * 1e3;
  answer.text +=
      fmt::format("{}{}", answer.text.empty() ? "" : "\n", to_text(summary, SummaryFormat::text));
  for (const auto& section : summary.sections) {
    for (const auto& phase : section.phases)
      answer.intervals.push_back(to_evidence(summary, phase));
  }
  answer.summaries.push_back(std::move(summary));
}

Answer summarize_all(const QuestionPlan& question,
                     const index::Store& store,
                     model::LanguageModel& language_model,
                     const model::Tokenizer& tokenizer,
                     const SummaryOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const std::int64_t bytes_before = store.bytes_read();
  auto answer = empty_answer(question, store, language_model.info());
  for (const auto& scope : question.scopes) {
    auto summary = summarize(scope, store, language_model, tokenizer, options);
    if (summary.num_pairs > 0) add(answer, std::move(summary));
  }
  answer.is_summary = !answer.summaries.empty();
  answer.found = answer.is_summary;
  if (!answer.found) {
    answer.text = fmt::format("Nothing of {} from {} to {} has been read yet.",
                              question.scopes.front().label,
                              to_clock(question.scopes.front().ranges.front().begin),
                              to_clock(question.scopes.front().ranges.back().end));
    answer.refusal = Refusal{RefusalReason::not_covered, answer.text};
  }
  if (answer.text.ends_with('\n')) answer.text.pop_back();
  answer.usage.bytes_read = store.bytes_read() - bytes_before;
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
  answer.timings.total = passed.count();
  return answer;
}

/// A model that names its words looks at single pairs: what it would say of several means nothing.
Answer refuse(const QuestionPlan& question,
              const index::Store& store,
              const model::ModelInfo& info) {
  auto unknown = detail::unknown_words(question.scopes.front().words.question, info);
  std::erase_if(unknown, detail::is_question_word);
  const auto also = unknown.empty()
                        ? std::string()
                        : fmt::format(" and does not know \"{}\"", fmt::join(unknown, "\", \""));
  return refusal(question,
                 store,
                 info,
                 {RefusalReason::not_understood,
                  fmt::format("The question has no form that becomes a plan, and {} answers about "
                              "single pairs alone{}: ask when, how often, how long, in which order "
                              "or what is seen at a time, or name a larger model (--model)",
                              detail::name_of(info),
                              also)});
}

/// Retrieval and generation, with the reason where they found nothing.
Answer generate(const QuestionPlan& question,
                const index::Store& store,
                model::LanguageModel& language_model,
                const model::Tokenizer& tokenizer,
                const AskOptions& options,
                const OnText& on_text) {
  const auto& info = language_model.info();
  if (!info.words.empty()) return refuse(question, store, info);
  auto answer = ask(question, store, language_model, tokenizer, options, on_text);
  if (!answer.found && answer.usage.pairs_read > 0) {
    answer.refusal = Refusal{RefusalReason::not_understood,
                             "the question has no form that becomes a plan, and the model says "
                             "nothing of what it was shown"};
  } else if (!answer.found) {
    answer.refusal = Refusal{RefusalReason::not_covered, answer.text};
  }
  return answer;
}

}  // namespace

Answer answer_question(const QuestionPlan& question,
                       const index::Store& store,
                       model::LanguageModel& language_model,
                       const model::Tokenizer& tokenizer,
                       const AnswerOptions& options,
                       const OnText& on_text) {
  const auto& words = question.scopes.front().words;
  if (asks_for_summary(words.question))
    return summarize_all(question, store, language_model, tokenizer, options.summary);
  if (const auto plan = detail::plan_for(words, language_model.info()))
    return execute(*plan, question, store, language_model, tokenizer, options.execute);
  Proposal proposal;
  if (options.planner.planning != Planning::never)
    proposal = propose_plan(words.question, language_model, tokenizer, options.planner);
  auto answer =
      proposal.plan
          ? execute(*proposal.plan, question, store, language_model, tokenizer, options.execute)
          : generate(question, store, language_model, tokenizer, options.ask, on_text);
  answer.proposal = std::move(proposal);
  return answer;
}

}  // namespace hindsight::query
