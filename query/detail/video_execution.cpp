#include "query/detail/video_execution.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {
namespace {

/// Pairs that prove an interval, in an answer.
constexpr std::size_t kMaxProof = 3;
/// Pairs that are asked for a reply; of the nearest kNearest to the edge that is meant.
constexpr std::size_t kMaxAsked = 5;
constexpr std::size_t kNearest = 8;

bool is_state(const PlanNode& node) {
  const bool is_set = node.op == PlanOp::both || node.op == PlanOp::either ||
                      node.op == PlanOp::negation || node.op == PlanOp::timeline;
  return is_set && std::all_of(node.of.begin(), node.of.end(), is_state);
}

/// "Red." and "red" are one reply.
std::string normalized(const std::string& reply) {
  std::string text;
  for (const char c : reply) text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

/// A reply that the thing asked about is not there, or does not move.
bool says_nothing(const std::string& normal) {
  return normal.empty() || normal == "nothing" || normal == "none" || normal == "still" ||
         normal == "not moving" || normal.starts_with("there is no ") ||
         normal.starts_with("there are no ");
}

}  // namespace

VideoExecution::VideoExecution(const Plan& plan,
                               const VideoScope& scope,
                               Judge& judge,
                               Scanner& scanner)
    : plan_(plan), scope_(scope), judge_(judge), scanner_(scanner), ranges_(scope.ranges) {
  const bool decides_at_once = plan.at && std::all_of(plan.of.begin(), plan.of.end(), is_state) &&
                               *plan.at < scope.video.end;
  if (decides_at_once) ranges_ = {{*plan.at, *plan.at + MediaDuration{1}}};
}

const Timeline& VideoExecution::timeline(const std::string& predicate) {
  const auto found = timelines_.find(predicate);
  if (found != timelines_.end()) return found->second;
  return timelines_.emplace(predicate, scanner_.timeline(predicate, ranges_)).first->second;
}

Evaluation VideoExecution::evaluate(const PlanNode& node) {
  return query::evaluate(node, ranges_, [&](const std::string& predicate) {
    return close_gaps(timeline(predicate).spans(), plan_.merge);
  });
}

EvidenceInterval VideoExecution::evidence(const PlanNode& node, const TimeSpan& span) const {
  if (node.op == PlanOp::stretch) return evidence_of_ends(node, span);
  EvidenceInterval best{.video = scope_.label,
                        .video_id = scope_.video.id,
                        .span = span,
                        .score = 0,
                        .basis = EvidenceBasis::looked,
                        .pairs = {}};
  for (const auto& leaf : leaves_of(node)) {
    const auto found = timelines_.find(leaf.predicate);
    if (found == timelines_.end()) continue;
    // As one interval of a timeline that is true where the leaf is.
    Timeline proof;
    for (const auto& scored : found->second.pairs) {
      if (!scored.pair.covers.overlaps(span)) continue;
      proof.pairs.push_back({scored.pair, leaf.is_true ? scored.p_yes : 1 - scored.p_yes});
    }
    if (proof.pairs.empty()) continue;
    double sum = 0;
    for (const auto& scored : proof.pairs) sum += scored.p_yes;
    const double score = sum / static_cast<double>(proof.pairs.size());
    if (!best.pairs.empty() && score <= best.score) continue;
    best.score = score;
    best.pairs.clear();
    const HeldInterval whole{.span = span, .first = 0, .last = proof.pairs.size() - 1};
    for (auto& scored : proof_of(proof, whole, kMaxProof))
      best.pairs.push_back(std::move(scored.pair));
  }
  return best;
}

EvidenceInterval VideoExecution::evidence_of_ends(const PlanNode& node,
                                                  const TimeSpan& span) const {
  constexpr MediaDuration kTick{1};
  const auto at_event = [&](const PlanNode& event, MediaTime t) {
    // What was seen to end is true up to its end.
    return event.op == PlanOp::offsets ? TimeSpan{t - kTick, t} : TimeSpan{t, t + kTick};
  };
  auto whole = evidence(node.of[0], at_event(node.of[0], span.begin));
  const auto end = evidence(node.of[1], at_event(node.of[1], span.end));
  whole.span = span;
  whole.score = (whole.score + end.score) / 2;
  whole.pairs.insert(whole.pairs.end(), end.pairs.begin(), end.pairs.end());
  return whole;
}

const index::StoredPair* VideoExecution::pair_at_moment() const {
  const auto& pairs = scanner_.pairs();
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
    return plan_.at && pair.covers.contains(*plan_.at);
  });
  return found == pairs.end() ? nullptr : &*found;
}

std::optional<EvidenceInterval> VideoExecution::evidence_at_moment() const {
  const auto* pair = pair_at_moment();
  if (pair == nullptr) return std::nullopt;
  return EvidenceInterval{.video = scope_.label,
                          .video_id = scope_.video.id,
                          .span = pair->covers,
                          .score = 0,
                          .basis = EvidenceBasis::looked,
                          .pairs = {*pair}};
}

std::vector<index::StoredPair> VideoExecution::pairs_to_ask(const PlanNode& node,
                                                            const TimeSpan& span) const {
  std::vector<ScoredPair> near;
  const auto leaf = leaves_of(node).front();
  if (const auto found = timelines_.find(leaf.predicate); found != timelines_.end()) {
    for (const auto& scored : found->second.pairs)
      if (scored.pair.covers.overlaps(span)) near.push_back(scored);
  }
  const auto keep = std::min(near.size(), kNearest);
  if (plan_.edge == Edge::begin) near.resize(keep);
  if (plan_.edge == Edge::end)
    near.erase(near.begin(), near.end() - static_cast<std::ptrdiff_t>(keep));
  std::stable_sort(near.begin(), near.end(), [&](const ScoredPair& a, const ScoredPair& b) {
    return leaf.is_true ? a.p_yes > b.p_yes : a.p_yes < b.p_yes;
  });
  near.resize(std::min(near.size(), kMaxAsked));
  std::sort(near.begin(), near.end(), [](const ScoredPair& a, const ScoredPair& b) {
    return a.pair.first < b.pair.first;
  });
  std::vector<index::StoredPair> pairs;
  for (auto& scored : near) pairs.push_back(std::move(scored.pair));
  return pairs;
}

std::optional<Verdict> VideoExecution::ask(const std::vector<index::StoredPair>& pairs) {
  struct Votes {
    std::string text;
    std::vector<index::StoredPair> pairs;
  };
  std::vector<std::pair<std::string, Votes>> all;
  const auto replies = judge_.replies(plan_.look, pairs);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto normal = normalized(replies[i]);
    if (says_nothing(normal)) continue;
    if (plan_.type == AnswerType::count) {
      const auto words = split_words(normal);
      const auto number = read_number(words, 0);
      if (!number) continue;
      normal = fmt::format("{:g}", number->value);
    }
    auto found = std::find_if(
        all.begin(), all.end(), [&](const auto& entry) { return entry.first == normal; });
    if (found == all.end())
      found = all.insert(all.end(),
                         {normal, {plan_.type == AnswerType::count ? normal : replies[i], {}}});
    found->second.pairs.push_back(pairs[i]);
  }
  const auto best = std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.second.pairs.size() < b.second.pairs.size();
  });
  if (best == all.end()) return std::nullopt;
  Verdict verdict{
      .text = best->second.text,
      .share = static_cast<double>(best->second.pairs.size()) / static_cast<double>(pairs.size()),
      .evidence = {}};
  verdict.evidence.pairs = best->second.pairs;
  return verdict;
}

std::optional<Verdict> VideoExecution::verdict(const PlanNode& node, const TimeSpan& span) {
  auto verdict = ask(pairs_to_ask(node, span));
  if (!verdict) return std::nullopt;
  auto pairs = std::move(verdict->evidence.pairs);
  verdict->evidence = evidence(node, span);
  verdict->evidence.pairs = std::move(pairs);
  verdict->evidence.score *= verdict->share;
  return verdict;
}

std::optional<Verdict> VideoExecution::verdict_at_moment() {
  auto at = evidence_at_moment();
  if (!at) return std::nullopt;
  auto verdict = ask(at->pairs);
  if (!verdict) return std::nullopt;
  verdict->evidence = std::move(*at);
  verdict->evidence.score = verdict->share;
  return verdict;
}

double VideoExecution::covered() const { return look_coverage(scanner_.pairs(), ranges_).share; }

}  // namespace hindsight::query::detail
