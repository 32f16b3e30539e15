#include "query/detail/video_execution.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "query/detail/number_predicate.h"
#include "query/detail/replies.h"
#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {
namespace {

/// Pairs that prove an interval, in an answer.
constexpr std::size_t kMaxProof = 3;
/// Pairs that are asked for a reply; of the nearest kNearest to the edge that is meant.
constexpr std::size_t kMaxAsked = 5;
constexpr std::size_t kNearest = 8;

/// The pairs whose frames lie in `span`; where there is none, those that stand for a part of it.
std::vector<ScoredPair> pairs_within(const Timeline& timeline, const TimeSpan& span) {
  std::vector<ScoredPair> inside;
  const auto touching = timeline.pairs_in(span);
  for (const auto& scored : touching)
    if (span.begin <= scored.pair.first && scored.pair.second <= span.end) inside.push_back(scored);
  return inside.empty() ? std::vector(touching.begin(), touching.end()) : inside;
}

}  // namespace

VideoExecution::VideoExecution(const Plan& plan,
                               const VideoScope& scope,
                               Judge& judge,
                               Scanner& scanner)
    : plan_(plan),
      scope_(scope),
      judge_(judge),
      scanner_(scanner),
      ranges_(scope.ranges),
      presupposed_(presupposed_in(plan)) {
  const bool decides_at_once = plan.at && std::all_of(plan.of.begin(), plan.of.end(), is_state) &&
                               *plan.at < scope.video.end;
  if (decides_at_once) ranges_ = {{*plan.at, *plan.at + MediaDuration{1}}};
}

const Timeline& VideoExecution::timeline(const std::string& predicate, const Intervals& within) {
  const auto found = timelines_.find(predicate);
  if (found != timelines_.end()) return found->second;
  if (within != ranges_) partial_.insert(predicate);
  const auto existence =
      presupposed_.contains(predicate) ? Existence::presupposed : Existence::open;
  return timelines_.emplace(predicate, scanner_.timeline(predicate, within, existence))
      .first->second;
}

Intervals VideoExecution::spans_of(const Timeline& timeline) const {
  return close_gaps(timeline.spans(), plan_.merge);
}

Evaluation VideoExecution::evaluate(const PlanNode& node) {
  return query::evaluate(node, ranges_, [&](const std::string& predicate, const Intervals& within) {
    return spans_of(timeline(predicate, within));
  });
}

std::vector<Leaf> VideoExecution::leaves_for(const PlanNode& node, const TimeSpan& span) const {
  auto leaves = leaves_of(node);
  if (!tells_arrivals(node)) return leaves;
  const PlanNode* told = &node;
  while (told->op != PlanOp::arrivals && told->op != PlanOp::each && told->op != PlanOp::most)
    told = &told->of.front();
  const auto has_it = [&](const Timeline& timeline) {
    const auto spans = spans_of(timeline);
    return std::ranges::find(spans, span) != spans.end();
  };
  if (told->op == PlanOp::each) {
    for (const auto& operand : told->of) {
      auto own = leaves_for(operand, span);
      const auto found = timelines_.find(own.front().predicate);
      if (found != timelines_.end() && has_it(found->second)) return own;
    }
    return leaves;
  }
  auto& leaf = leaves.front();
  const std::string one = leaf.predicate;
  for (int count = 2;; ++count) {
    const auto more = at_least_predicate(one, count);
    const auto found = more ? timelines_.find(*more) : timelines_.end();
    if (found == timelines_.end()) return leaves;
    if (has_it(found->second)) leaf.predicate = *more;
  }
}

EvidenceInterval VideoExecution::evidence(const PlanNode& node, const TimeSpan& span) const {
  if (node.op == PlanOp::stretch) return evidence_of_ends(node, span);
  EvidenceInterval best{.video = scope_.label,
                        .video_id = scope_.video.id,
                        .video_hash = scope_.video.content_hash,
                        .span = span,
                        .score = 0,
                        .basis = EvidenceBasis::looked,
                        .pairs = {}};
  const auto leaves = leaves_for(node, span);
  for (const auto& leaf : leaves) {
    const auto found = timelines_.find(leaf.predicate);
    if (found == timelines_.end()) continue;
    // As one interval of a timeline that is true where the leaf is.
    Timeline proof;
    proof.pairs = pairs_within(found->second, span);
    if (proof.pairs.empty()) continue;
    if (!leaf.is_true)
      for (auto& scored : proof.pairs) scored.p_yes = 1 - scored.p_yes;
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
  best.looks = looks_for(leaves, best.pairs);
  return best;
}

void VideoExecution::add_rather(const Timeline& timeline,
                                const index::StoredPair& pair,
                                std::vector<CitedLook>& looks) const {
  const auto* out = find_ruled_out(timeline.ruled_out, pair.covers);
  if (out == nullptr || out->beside) return;
  looks.push_back({.pair = pair,
                   .question = out->rather,
                   .reply = std::nullopt,
                   .p_yes = judge_.p_yes(out->rather, {&pair, 1}).front()});
}

std::vector<CitedLook> VideoExecution::looks_at(const std::vector<Leaf>& leaves,
                                                const std::vector<index::StoredPair>& pairs) const {
  std::vector<CitedLook> looks;
  for (const auto& leaf : leaves) {
    const auto found = timelines_.find(leaf.predicate);
    if (found == timelines_.end()) continue;
    for (const auto& pair : pairs) {
      const auto near = found->second.pairs_in(pair.covers);
      if (!leaf.is_true) add_rather(found->second, pair, looks);
      const auto scored =
          std::ranges::find_if(near, [&](const auto& other) { return other.pair.id == pair.id; });
      if (scored == near.end()) continue;
      looks.push_back({.pair = pair,
                       .question = leaf.predicate,
                       .reply = std::nullopt,
                       .p_yes = scored->p_yes,
                       .is_true = leaf.is_true});
    }
  }
  return looks;
}

std::vector<CitedLook> VideoExecution::looks_for(
    const std::vector<Leaf>& leaves, const std::vector<index::StoredPair>& pairs) const {
  auto looks = looks_at(leaves, pairs);
  std::set<std::string> said;
  for (const auto& look : looks)
    if (says_so(look)) said.insert(look.question);
  // Of "a car or a truck" the interval rests on what is there.
  std::erase_if(looks, [&](const CitedLook& look) { return !said.contains(look.question); });
  return looks;
}

EvidenceInterval VideoExecution::evidence_of_ends(const PlanNode& node,
                                                  const TimeSpan& span) const {
  constexpr MediaDuration kTick{1};
  const auto at_event = [&](const PlanNode& event, MediaTime t) {
    // What was seen to end is true up to its end.
    return happens_at_end(event) ? TimeSpan{t - kTick, t} : TimeSpan{t, t + kTick};
  };
  auto whole = evidence(node.of[0], at_event(node.of[0], span.begin));
  const auto end = evidence(node.of[1], at_event(node.of[1], span.end));
  whole.span = span;
  whole.score = (whole.score + end.score) / 2;
  whole.pairs.insert(whole.pairs.end(), end.pairs.begin(), end.pairs.end());
  whole.looks.insert(whole.looks.end(), end.looks.begin(), end.looks.end());
  return whole;
}

const index::StoredPair* VideoExecution::pair_at_moment() const {
  const auto& pairs = scanner_.pairs();
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
    return plan_.at && pair.covers.contains(*plan_.at);
  });
  return found == pairs.end() ? nullptr : &*found;
}

std::optional<EvidenceInterval> VideoExecution::evidence_at_moment(const PlanNode* node) const {
  const auto* pair = pair_at_moment();
  if (pair == nullptr) return std::nullopt;
  EvidenceInterval at{.video = scope_.label,
                      .video_id = scope_.video.id,
                      .video_hash = scope_.video.content_hash,
                      .span = pair->covers,
                      .score = 0,
                      .basis = EvidenceBasis::looked,
                      .pairs = {*pair}};
  if (node == nullptr) return at;
  // Here the answer is what the model says, be it yes or no.
  at.looks = looks_at(leaves_of(*node), at.pairs);
  for (const auto& leaf : leaves_of(*node)) {
    const auto found = timelines_.find(leaf.predicate);
    if (found != timelines_.end() && leaf.is_true) add_rather(found->second, *pair, at.looks);
  }
  for (auto& look : at.looks) look.is_true = look.p_yes >= 0.5;
  return at;
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
    EvidenceInterval evidence;
  };
  std::vector<std::pair<std::string, Votes>> all;
  const auto replies = judge_.replies(plan_.look, pairs);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto normal = normalized_reply(replies[i]);
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
    auto& evidence = found->second.evidence;
    evidence.pairs.push_back(pairs[i]);
    evidence.looks.push_back(
        {.pair = pairs[i], .question = plan_.look, .reply = replies[i], .p_yes = 0});
  }
  const auto best = std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.second.evidence.pairs.size() < b.second.evidence.pairs.size();
  });
  if (best == all.end()) return std::nullopt;
  auto& [text, evidence] = best->second;
  const double share =
      static_cast<double>(evidence.pairs.size()) / static_cast<double>(pairs.size());
  return Verdict{.text = std::move(text), .share = share, .evidence = std::move(evidence)};
}

std::optional<Verdict> VideoExecution::verdict(const PlanNode& node, const TimeSpan& span) {
  auto verdict = ask(pairs_to_ask(node, span));
  if (!verdict) return std::nullopt;
  const auto replies = std::move(verdict->evidence);
  auto& whole = verdict->evidence = evidence(node, span);
  whole.score *= verdict->share;
  // Those that replied so, beside those that prove the interval.
  for (const auto& pair : replies.pairs) {
    const auto after = std::find_if(whole.pairs.begin(), whole.pairs.end(), [&](const auto& other) {
      return other.first >= pair.first;
    });
    if (after == whole.pairs.end() || after->id != pair.id) whole.pairs.insert(after, pair);
  }
  whole.looks.insert(whole.looks.end(), replies.looks.begin(), replies.looks.end());
  return verdict;
}

std::optional<Verdict> VideoExecution::verdict_at_moment() {
  auto at = evidence_at_moment(nullptr);
  if (!at) return std::nullopt;
  auto verdict = ask(at->pairs);
  if (!verdict) return std::nullopt;
  at->looks = std::move(verdict->evidence.looks);
  verdict->evidence = std::move(*at);
  verdict->evidence.score = verdict->share;
  return verdict;
}

double VideoExecution::covered() const { return look_coverage(scanner_.pairs(), ranges_).share; }

}  // namespace hindsight::query::detail
