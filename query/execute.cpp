#include "query/execute.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "core/error.h"
#include "query/detail/comparison.h"
#include "query/detail/known_words.h"
#include "query/detail/replies.h"
#include "query/detail/video_execution.h"
#include "query/sentence.h"

namespace hindsight::query {
namespace {

using detail::Verdict;
using detail::VideoExecution;

/// Below this share of the range, not having seen something says nothing.
constexpr double kLeastCovered = 0.5;
constexpr std::size_t kMaxCounterEvidence = 3;
/// Intervals whose pairs are asked before several answers are called one.
constexpr std::size_t kMaxAskedIntervals = 3;

/// spans: sorted, disjoint.
bool shares_time(const Intervals& spans, const TimeSpan& span) {
  const auto next = std::ranges::upper_bound(spans, span.begin, {}, &TimeSpan::end);
  return next != spans.end() && next->overlaps(span);
}

/// Executes one plan on all its videos.
class Execution {
 public:
  Execution(const Plan& plan,
            const QuestionPlan& question,
            const index::Store& store,
            model::LanguageModel& language_model,
            const model::Tokenizer& tokenizer,
            const ExecuteOptions& options)
      : question_(question), store_(store), judge_(store, language_model, tokenizer, options.keep) {
    findings_.plan = plan;
    for (const auto& scope : question.scopes) {
      scanners_.push_back(std::make_unique<Scanner>(
          store, scope.run, judge_, language_model, tokenizer, options.scan));
      videos_.emplace_back(findings_.plan, scope, judge_, *scanners_.back());
    }
  }

  void run(Answer& answer) {
    answer_ = &answer;
    if (is_inventory(findings_.plan)) {
      take_inventory();
    } else if (!findings_.plan.look.empty()) {
      look();
    } else if (findings_.plan.of.size() > 1) {
      compare();
    } else {
      list();
    }
    judge_.keep();
    findings_.not_kept = judge_.not_kept();
    finish();
  }

 private:
  const Plan& plan() const { return findings_.plan; }

  void refuse(RefusalReason reason, std::string detail) {
    answer_->refusal = Refusal{reason, std::move(detail)};
  }

  /// Intervals of the plan's one node, video by video, and the value that they make.
  void list() {
    const auto& node = plan().of.front();
    auto& intervals = answer_->intervals;
    double seconds = 0;
    double events = 0;
    double hours = 0;
    std::vector<Evaluation> evaluations;
    int most = 0;
    for (auto& video : videos_) {
      evaluations.push_back(video.evaluate(node));
      most = std::max(most, evaluations.back().at_once);
    }
    for (std::size_t i = 0; i < videos_.size(); ++i) {
      const auto& video = videos_[i];
      const auto& found = evaluations[i];
      missing_.insert(missing_.end(), found.missing.begin(), found.missing.end());
      if (found.at_once < most) continue;
      seconds += to_seconds(total_duration(found.list));
      const double long_for = to_seconds(total_duration(video.ranges())) / 3600;
      events += rate_per_hour(found.list, video.ranges()) * long_for;
      hours += long_for;
      for (const auto& span : found.list) intervals.push_back(video.evidence(node, span));
    }
    const bool is_yes_no = plan().type == AnswerType::yes_no;
    const bool is_number = plan().type == AnswerType::count;
    const bool holds = !intervals.empty();
    if (is_yes_no && plan().at) {
      // At a moment the pair that was looked at is the evidence, of a "no" as well.
      const double score = holds ? intervals.front().score : 0;
      intervals.clear();
      for (auto& video : videos_) {
        auto at = video.evidence_at_moment(&node);
        if (!at) continue;
        at->score = holds ? score : video.evidence(node, at->span).score;
        if (!holds) at->score = 1 - at->score;
        intervals.push_back(std::move(*at));
      }
      if (intervals.empty()) return;
    }
    if (!holds && !missing_.empty()) return;
    if (!holds && !is_yes_no && !is_number) return;
    if (!holds && is_thinly_covered()) return;
    if (is_yes_no) findings_.value = holds != plan().never;
    if (is_number)
      findings_.value = node.op == PlanOp::most ? most
                        : !plan().per_hour      ? static_cast<double>(intervals.size())
                        : hours > 0             ? events / hours
                                                : 0;
    if (plan().type == AnswerType::duration)
      findings_.value = !plan().share ? seconds : hours > 0 ? seconds / hours / 36 : 0;
    answer_->found = true;
  }

  /// Which of the plan's nodes, or in which order.
  void compare() {
    auto found = detail::compare(plan(), videos_);
    missing_ = std::move(found.missing);
    if (found.refusal) answer_->refusal = std::move(found.refusal);
    const bool is_thin = found.intervals.empty() && is_thinly_covered();
    answer_->found = found.value && !is_thin;
    if (!answer_->found) return;
    findings_.value = std::move(*found.value);
    findings_.counts = std::move(found.counts);
    answer_->intervals = std::move(found.intervals);
  }

  /// What single pairs are replied to, at the moment or in the first intervals.
  void look() {
    std::vector<Verdict> verdicts;
    for (auto& video : videos_) {
      if (plan().of.empty() || plan().at) {
        if (auto verdict = video.verdict_at_moment()) verdicts.push_back(std::move(*verdict));
        continue;
      }
      const auto& node = plan().of.front();
      const auto found = video.evaluate(node);
      missing_.insert(missing_.end(), found.missing.begin(), found.missing.end());
      for (std::size_t i = 0; i < std::min(found.list.size(), kMaxAskedIntervals); ++i) {
        if (auto verdict = video.verdict(node, found.list[i]))
          verdicts.push_back(std::move(*verdict));
      }
    }
    if (verdicts.empty()) return;
    for (const auto& verdict : verdicts) {
      if (verdict.text == verdicts.front().text) continue;
      refuse(RefusalReason::ambiguous,
             fmt::format("{} at {}, but {} at {}; ask about the first or the last, or about a time",
                         verdicts.front().text,
                         to_clock(verdicts.front().evidence.span.begin),
                         verdict.text,
                         to_clock(verdict.evidence.span.begin)));
      return;
    }
    for (auto& verdict : verdicts) answer_->intervals.push_back(std::move(verdict.evidence));
    if (plan().type == AnswerType::count)
      findings_.value = std::stod(verdicts.front().text);
    else
      findings_.value = std::move(verdicts.front().text);
    answer_->found = true;
  }

  /// Every reply to the plan's question, once.
  void take_inventory() {
    std::vector<std::string> names;
    for (const auto& video : videos_) {
      auto found = detail::take_inventory(plan().look, video.scope(), store_, judge_);
      findings_.coverage.add(
          video.scope().label, look_coverage(found.looked, video.ranges()), video.ranges());
      for (auto& interval : found.first_given) {
        auto name = detail::reply_in(interval);
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        names.push_back(std::move(name));
        answer_->intervals.push_back(std::move(interval));
      }
    }
    if (names.empty()) return;
    if (plan().type == AnswerType::count)
      findings_.value = static_cast<double>(names.size());
    else
      findings_.value = std::move(names);
    answer_->found = true;
  }

  double covered() const {
    double least = 1;
    for (const auto& video : videos_) least = std::min(least, video.covered());
    return least;
  }
  bool is_thinly_covered() const { return covered() < kLeastCovered; }

  /// Coverage and counter-evidence, the sentence or the refusal, and what it cost.
  void finish() {
    collect();
    auto& intervals = answer_->intervals;
    if (answer_->found) {
      answer_->text = to_sentence(findings_, intervals);
      findings_.confidence = confidence();
    } else {
      intervals.clear();
      if (!answer_->refusal) refuse_unseen();
      answer_->text = fmt::format("{}: {}.",
                                  answer_->refusal->reason == RefusalReason::not_found ? "Not seen"
                                  : answer_->refusal->reason == RefusalReason::not_covered
                                      ? "Not enough is in the store"
                                      : "Several answers fit",
                                  answer_->refusal->detail);
    }
    const auto& usage = judge_.usage();
    answer_->usage.pairs_read = static_cast<int>(judge_.pairs_seen().size());
    answer_->usage.visual_tokens = usage.visual_tokens;
    answer_->usage.prompt_tokens = static_cast<int>(usage.prompt_tokens);
    answer_->usage.new_tokens = static_cast<int>(usage.new_tokens);
    answer_->usage.looks_computed = usage.looks_computed;
    answer_->timings.look = usage.seconds * 1e3;
    answer_->usage.looks_kept = usage.looks_kept;
    answer_->findings = std::move(findings_);
  }

  void refuse_unseen() {
    const bool is_thin = is_thinly_covered();
    const CounterEvidence* closest = nullptr;
    for (const auto& counter : findings_.counter_evidence) {
      const bool fits = missing_.empty() || counter.predicate == missing_.front();
      if (fits && closest == nullptr) closest = &counter;
    }
    auto detail = to_sentence(findings_.coverage, closest);
    if (findings_.coverage.num_videos == 0 && plan().at)
      detail = fmt::format("the pair at {} shows nothing of the kind", to_clock(*plan().at));
    if (!missing_.empty())
      detail = fmt::format("\"{}\" is true nowhere; {}", missing_.front(), detail);
    if (is_thin) {
      detail = fmt::format(
          "cached pairs stand for {:.1f} % of what is asked about; go on with "
          "hindsight ingest",
          covered() * 100);
    }
    refuse(is_thin ? RefusalReason::not_covered : RefusalReason::not_found, std::move(detail));
  }

  /// Of all timelines: the thinnest coverage, and the pairs outside the intervals that are
  /// likeliest to belong to them.
  void collect() {
    for (auto& video : videos_) {
      std::optional<LookCoverage> thinnest;
      for (const auto& [predicate, timeline] : video.timelines()) {
        findings_.timelines.push_back(timeline);
        if (video.is_partial(predicate)) continue;
        std::vector<index::StoredPair> pairs;
        for (const auto& scored : timeline.pairs) pairs.push_back(scored.pair);
        const auto coverage = look_coverage(pairs, video.ranges());
        if (!thinnest || coverage.share < thinnest->share) thinnest = coverage;
        add_counter_evidence(video, predicate, timeline);
      }
      if (thinnest) findings_.coverage.add(video.scope().label, *thinnest, video.ranges());
    }
    for (const auto& scanner : scanners_) {
      findings_.scans.insert(
          findings_.scans.end(), scanner->reports().begin(), scanner->reports().end());
    }
    auto& counters = findings_.counter_evidence;
    std::stable_sort(counters.begin(), counters.end(), [](const auto& a, const auto& b) {
      return a.p_yes > b.p_yes;
    });
    counters.resize(std::min(counters.size(), kMaxCounterEvidence));
  }

  void add_counter_evidence(const VideoExecution& video,
                            const std::string& predicate,
                            const Timeline& timeline) {
    const auto found = unite(timeline.spans());
    const auto asked = unite(video.ranges());
    const ScoredPair* likeliest = nullptr;
    for (const auto& scored : timeline.pairs) {
      const TimeSpan& covers = scored.pair.covers;
      if (!shares_time(asked, covers) || shares_time(found, covers)) continue;
      if (likeliest == nullptr || scored.p_yes > likeliest->p_yes) likeliest = &scored;
    }
    if (likeliest == nullptr) return;
    CounterEvidence counter{video.scope().label,
                            video.scope().video.content_hash,
                            likeliest->pair,
                            predicate,
                            likeliest->p_yes};
    if (const auto* out = find_ruled_out(timeline.ruled_out, likeliest->pair.covers)) {
      counter.rather = out->rather;
      counter.rather_pair = out->beside;
      const auto& at = out->beside ? *out->beside : likeliest->pair;
      counter.p_rather = judge_.p_yes(out->rather, {&at, 1}).front();
    }
    findings_.counter_evidence.push_back(std::move(counter));
  }

  double confidence() const {
    const auto& intervals = answer_->intervals;
    if (intervals.empty()) {
      const auto& counters = findings_.counter_evidence;
      double most = counters.empty() ? 1 : 0;
      for (const auto& counter : counters) {
        // One thing has one colour.
        const double p = counter.rather.empty() ? counter.p_yes : 1 - counter.p_rather;
        most = std::max(most, p);
      }
      return 1 - most;
    }
    double sum = 0;
    for (const auto& interval : intervals) sum += interval.score;
    return sum / static_cast<double>(intervals.size());
  }

  const QuestionPlan& question_;
  const index::Store& store_;
  Judge judge_;
  std::vector<std::unique_ptr<Scanner>> scanners_;
  std::vector<VideoExecution> videos_;
  std::vector<std::string> missing_;
  PlanFindings findings_;
  Answer* answer_ = nullptr;
};

}  // namespace

Answer execute(const Plan& plan,
               const QuestionPlan& question,
               const index::Store& store,
               model::LanguageModel& language_model,
               const model::Tokenizer& tokenizer,
               const ExecuteOptions& options) {
  check(plan);
  const auto& info = language_model.info();
  if (const auto unknown = detail::unknown_words(plan, info); !unknown.empty()) {
    return refusal(question,
                   store,
                   info,
                   {RefusalReason::not_understood, detail::no_words_for(unknown, info)});
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::int64_t bytes_before = store.bytes_read();
  auto answer = empty_answer(question, store, info);
  Execution(plan, question, store, language_model, tokenizer, options).run(answer);
  answer.usage.bytes_read = store.bytes_read() - bytes_before;
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
  answer.timings.total = passed.count();
  return answer;
}

}  // namespace hindsight::query
