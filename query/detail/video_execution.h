// One plan on one video: lists of intervals and the pairs that prove them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "query/answer.h"
#include "query/evaluate.h"

namespace hindsight::query::detail {

/// What single pairs were replied to with, most often first.
struct Verdict {
  std::string text;
  double share = 0;  ///< of the pairs that were asked
  EvidenceInterval evidence;
};

/// Borrows plan, scope, judge and scanner.
class VideoExecution {
 public:
  VideoExecution(const Plan& plan, const VideoScope& scope, Judge& judge, Scanner& scanner);

  /// The intervals of one of the plan's nodes, and what was missing.  At a moment, those that hold
  /// there.
  [[nodiscard]] Evaluation evaluate(const PlanNode& node);
  /// An interval of a node with its score and the pairs that prove it.
  [[nodiscard]] EvidenceInterval evidence(const PlanNode& node, const TimeSpan& span) const;
  /// Of the pair at the plan's moment, with what the model said there of the node's predicates
  /// (node may be null); empty when no pair covers it.
  [[nodiscard]] std::optional<EvidenceInterval> evidence_at_moment(const PlanNode* node) const;
  /// What the plan's `look` is replied to in an interval, or at the moment.  Empty when there is no
  /// pair, or every reply says that there is nothing of the kind.
  [[nodiscard]] std::optional<Verdict> verdict(const PlanNode& node, const TimeSpan& span);
  [[nodiscard]] std::optional<Verdict> verdict_at_moment();

  /// The ranges that were asked about: a moment's own instant where that decides.
  [[nodiscard]] const Intervals& ranges() const { return ranges_; }
  [[nodiscard]] const std::map<std::string, Timeline>& timelines() const { return timelines_; }
  /// Whether a predicate was asked of a part of the ranges alone: the second car where one is.
  [[nodiscard]] bool is_partial(const std::string& predicate) const {
    return partial_.contains(predicate);
  }
  [[nodiscard]] const VideoScope& scope() const { return scope_; }
  /// The share of the ranges that cached pairs stand for.
  [[nodiscard]] double covered() const;

 private:
  const Timeline& timeline(const std::string& predicate, const Intervals& within);
  Intervals spans_of(const Timeline& timeline) const;
  /// leaves_of() the node; of arrivals the one that the interval is of.
  std::vector<Leaf> leaves_for(const PlanNode& node, const TimeSpan& span) const;
  /// Of a stretch between two events: the pairs at its ends.
  EvidenceInterval evidence_of_ends(const PlanNode& node, const TimeSpan& span) const;
  /// What a pair shows rather than the timeline's predicate, if that was ruled out there.
  void add_rather(const Timeline& timeline,
                  const index::StoredPair& pair,
                  std::vector<CitedLook>& looks) const;
  /// What the model said of predicates at these pairs.
  std::vector<CitedLook> looks_at(const std::vector<Leaf>& leaves,
                                  const std::vector<index::StoredPair>& pairs) const;
  /// Likewise, without the predicates of which it said so at none of them.
  std::vector<CitedLook> looks_for(const std::vector<Leaf>& leaves,
                                   const std::vector<index::StoredPair>& pairs) const;
  std::vector<index::StoredPair> pairs_to_ask(const PlanNode& node, const TimeSpan& span) const;
  std::optional<Verdict> ask(const std::vector<index::StoredPair>& pairs);
  const index::StoredPair* pair_at_moment() const;

  const Plan& plan_;
  const VideoScope& scope_;
  Judge& judge_;
  Scanner& scanner_;
  Intervals ranges_;
  std::set<std::string> presupposed_;
  std::set<std::string> partial_;
  std::map<std::string, Timeline> timelines_;
};

}  // namespace hindsight::query::detail
