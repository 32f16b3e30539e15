#include "query/evaluate.h"

#include <algorithm>

#include "query/detail/number_predicate.h"

namespace hindsight::query {
namespace {

constexpr MediaTime kNever{MediaDuration::max()};
/// One digit tells how many there are (Judge::p_yes).
constexpr int kMostTogether = 9;

/// The operator that says what kind of event a node's intervals are: onsets, offsets, or none.
PlanOp event_kind(const PlanNode& node) {
  switch (node.op) {
    case PlanOp::nth:
    case PlanOp::longest:
    case PlanOp::shortest:
    case PlanOp::before:
    case PlanOp::before_end:
    case PlanOp::after:
    case PlanOp::after_end:
    case PlanOp::inside:
    case PlanOp::sharing:
    case PlanOp::at_begin:
    case PlanOp::at_end:
    case PlanOp::between:
    case PlanOp::near:
    case PlanOp::relation:
      return event_kind(node.of[0]);
    default:
      return node.op;
  }
}

bool is_event(const PlanNode& node) {
  const PlanOp kind = event_kind(node);
  return kind == PlanOp::onsets || kind == PlanOp::offsets;
}

/// When it happens: where the interval begins or, of what is seen to end, where it ends.
MediaTime event_of(const PlanNode& node, const TimeSpan& span) {
  return happens_at_end(node) ? span.end : span.begin;
}

Intervals wrap(std::optional<TimeSpan> span) { return span ? Intervals{*span} : Intervals{}; }

/// Evaluates one plan; see evaluate().
class Evaluator {
 public:
  Evaluator(const Intervals& ranges, const FindIntervals& find) : ranges_(ranges), find_(find) {}

  Intervals run(const PlanNode& node) {
    switch (node.op) {
      case PlanOp::timeline:
        return find_(node.predicate, ranges_);
      case PlanOp::both:
      case PlanOp::either:
      case PlanOp::negation:
        return run_set(node);
      case PlanOp::nth:
        return wrap(nth(run(node.of[0]), node.n));
      case PlanOp::longest:
        return wrap(longest(run(node.of[0])));
      case PlanOp::shortest:
        return wrap(shortest(run(node.of[0])));
      case PlanOp::gaps:
        return gaps(run(node.of[0]));
      case PlanOp::onsets:
      case PlanOp::offsets:
        return run_edges(node);
      case PlanOp::arrivals:
        // Each rise of how many there are begins an interval of "at least so many".
        return in_one_list(levels_of(node));
      case PlanOp::each:
        return run_each(node);
      case PlanOp::most:
        return run_most(node);
      default:
        return run_relation(node);
    }
  }

  std::vector<std::string> missing;
  int at_once = 0;

 private:
  Intervals run_set(const PlanNode& node) {
    Intervals list = run(node.of[0]);
    if (node.op == PlanOp::negation) return complement(list, ranges_);
    for (std::size_t i = 1; i < node.of.size(); ++i)
      list = node.op == PlanOp::both ? both(list, run(node.of[i])) : either(list, run(node.of[i]));
    return list;
  }

  Intervals run_edges(const PlanNode& node) {
    Intervals list = run(node.of[0]);
    std::erase_if(list, [&](const TimeSpan& span) {
      return std::any_of(ranges_.begin(), ranges_.end(), [&](const TimeSpan& range) {
        return node.op == PlanOp::onsets ? span.begin == range.begin : span.end == range.end;
      });
    });
    return list;
  }

  /// Where there is one, where there are two, three, ...: as long as there are so many anywhere.
  std::vector<Intervals> levels_of(const PlanNode& node) {
    std::vector<Intervals> levels;
    Intervals level = run(node.of[0]);
    for (int count = 2; !level.empty(); ++count) {
      levels.push_back(std::move(level));
      const auto predicate = detail::at_least_predicate(node.of[0].predicate, count);
      if (!predicate || count > kMostTogether) break;
      level = both(find_(*predicate, levels.back()), levels.back());
    }
    return levels;
  }

  static Intervals in_one_list(const std::vector<Intervals>& lists) {
    Intervals all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    std::ranges::stable_sort(all, {}, &TimeSpan::begin);
    return all;
  }

  Intervals run_each(const PlanNode& node) {
    std::vector<Intervals> lists;
    for (const auto& operand : node.of) lists.push_back(run(operand));
    return in_one_list(lists);
  }

  Intervals run_most(const PlanNode& node) {
    auto levels = levels_of(node);
    at_once = static_cast<int>(levels.size());
    return levels.empty() ? Intervals{} : std::move(levels.back());
  }

  Intervals run_relation(const PlanNode& node) {
    const Intervals list = run(node.of[0]);
    const Intervals refs = run(node.of[1]);
    if (refs.empty()) {
      for (const auto& leaf : leaves_of(node.of[1])) missing.push_back(leaf.predicate);
      return {};
    }
    const MediaTime event = event_of(node.of[1], refs.front());
    switch (node.op) {
      case PlanOp::before:
        return happening(node.of[0], list, {MediaTime{}, event});
      case PlanOp::before_end:
        return happening(node.of[0], list, {MediaTime{}, refs.front().end});
      case PlanOp::after:
        return happening(node.of[0], list, {event + MediaDuration{1}, kNever});
      case PlanOp::after_end:
        return happening(node.of[0], list, {refs.front().end, kNever});
      case PlanOp::until:
        return both(list, {{MediaTime{}, event}});
      case PlanOp::until_end:
        return both(list, {{MediaTime{}, refs.front().end}});
      case PlanOp::since:
        return both(list, {{event, ranges_.back().end}});
      case PlanOp::since_end:
        return both(list, {{refs.front().end, ranges_.back().end}});
      case PlanOp::inside:
        return inside(list, refs);
      case PlanOp::sharing:
        return sharing_time(list, refs);
      case PlanOp::at_begin:
      case PlanOp::at_end:
        return at_events(node.op, list, refs);
      case PlanOp::near:
        return run_near(node, list, refs);
      case PlanOp::relation:
        return related(list, node.relation, refs);
      case PlanOp::between:
        return run_between(node, list, event);
      default:
        return run_stretch(node, list, refs);
    }
  }

  /// Those of a node's list whose event lies in `when`.
  static Intervals happening(const PlanNode& node, Intervals list, const TimeSpan& when) {
    std::erase_if(list, [&](const TimeSpan& span) { return !when.contains(event_of(node, span)); });
    return list;
  }

  static Intervals run_near(const PlanNode& node, Intervals list, const Intervals& refs) {
    const auto moments = moments_of(node.of[1], refs);
    std::erase_if(list, [&](const TimeSpan& span) {
      return near(moments_of(node.of[0], {span}), moments, node.distance).empty();
    });
    return list;
  }

  static Intervals at_events(PlanOp op, const Intervals& list, const Intervals& refs) {
    std::vector<MediaTime> moments;
    for (const TimeSpan& ref : refs)
      moments.push_back(op == PlanOp::at_begin ? ref.begin : ref.end);
    return holding_at(list, moments);
  }

  Intervals run_between(const PlanNode& node, const Intervals& list, MediaTime first) {
    const MediaTime begin = first + MediaDuration{1};
    const auto later = happening(node.of[2], run(node.of[2]), {begin, kNever});
    if (later.empty()) {
      for (const auto& leaf : leaves_of(node.of[2])) missing.push_back(leaf.predicate);
      return {};
    }
    return happening(node.of[0], list, {begin, event_of(node.of[2], later.front())});
  }

  Intervals run_stretch(const PlanNode& node, const Intervals& from, const Intervals& to) {
    if (from.empty()) {
      for (const auto& leaf : leaves_of(node.of[0])) missing.push_back(leaf.predicate);
      return {};
    }
    const MediaTime begin = event_of(node.of[0], from.front());
    for (const TimeSpan& span : to) {
      const MediaTime end = event_of(node.of[1], span);
      if (end > begin) return {{begin, end}};
    }
    return {};
  }

  const Intervals& ranges_;
  const FindIntervals& find_;
};

void collect(const PlanNode& node, bool is_true, std::vector<Leaf>& leaves) {
  if (node.op == PlanOp::timeline) {
    leaves.push_back({node.predicate, is_true});
    return;
  }
  const bool flips = node.op == PlanOp::negation || node.op == PlanOp::gaps;
  const bool all = node.op == PlanOp::both || node.op == PlanOp::either ||
                   node.op == PlanOp::each || node.op == PlanOp::stretch;
  for (std::size_t i = 0; i < (all ? node.of.size() : 1); ++i)
    collect(node.of[i], is_true != flips, leaves);
}

void collect_true(const PlanNode& node, std::set<std::string>& predicates) {
  for (auto& leaf : leaves_of(node))
    if (leaf.is_true) predicates.insert(std::move(leaf.predicate));
}

/// Not `inside` and `sharing`, see is_accompanied().
bool compares_with_event(PlanOp op) {
  switch (op) {
    case PlanOp::before:
    case PlanOp::before_end:
    case PlanOp::after:
    case PlanOp::after_end:
    case PlanOp::until:
    case PlanOp::until_end:
    case PlanOp::since:
    case PlanOp::since_end:
    case PlanOp::at_begin:
    case PlanOp::at_end:
    case PlanOp::between:
    case PlanOp::near:
    case PlanOp::relation:
      return true;
    default:
      return false;
  }
}

/// "While a dog is visible" takes for granted that one is at some time; "while it rains" and "at
/// night" are conditions, which may never hold.
bool is_accompanied(const PlanNode& node, const PlanNode& by) {
  const bool shares = node.op == PlanOp::inside || node.op == PlanOp::sharing;
  return shares && by.op == PlanOp::timeline && !detail::visible_thing_of(by.predicate).empty();
}

void collect_presupposed(const PlanNode& node, std::set<std::string>& predicates) {
  // From one event to the next: both are.
  if (node.op == PlanOp::stretch) collect_true(node, predicates);
  for (std::size_t i = 0; i < node.of.size(); ++i) {
    const bool is_taken = compares_with_event(node.op) || is_accompanied(node, node.of[i]);
    if (i > 0 && is_taken) collect_true(node.of[i], predicates);
    collect_presupposed(node.of[i], predicates);
  }
}

void collect_askable(const PlanNode& node, std::set<std::string>& predicates) {
  if (node.op == PlanOp::timeline) predicates.insert(node.predicate);
  if (node.op == PlanOp::arrivals || node.op == PlanOp::most) {
    for (int count = 2; count <= kMostTogether; ++count) {
      if (auto more = detail::at_least_predicate(node.of[0].predicate, count))
        predicates.insert(std::move(*more));
    }
  }
  for (const auto& operand : node.of) collect_askable(operand, predicates);
}

}  // namespace

Evaluation evaluate(const PlanNode& node, const Intervals& ranges, const FindIntervals& find) {
  Evaluator evaluator(ranges, find);
  Evaluation evaluation{.list = evaluator.run(node), .missing = {}};
  evaluation.missing = std::move(evaluator.missing);
  evaluation.at_once = evaluator.at_once;
  return evaluation;
}

bool happens_at_end(const PlanNode& node) { return event_kind(node) == PlanOp::offsets; }

Intervals moments_of(const PlanNode& node, Intervals list) {
  if (!is_event(node)) return list;
  for (TimeSpan& span : list) {
    const MediaTime at = event_of(node, span);
    span = {at, at + MediaDuration{1}};
  }
  return list;
}

std::set<std::string> askable_predicates(const Plan& plan) {
  std::set<std::string> predicates;
  for (const auto& node : plan.of) collect_askable(node, predicates);
  return predicates;
}

std::vector<Leaf> leaves_of(const PlanNode& node) {
  std::vector<Leaf> leaves;
  collect(node, true, leaves);
  return leaves;
}

bool tells_arrivals(const PlanNode& node) {
  return node.op == PlanOp::arrivals || node.op == PlanOp::each || node.op == PlanOp::most ||
         (!node.of.empty() && tells_arrivals(node.of.front()));
}

std::set<std::string> presupposed_in(const Plan& plan) {
  std::set<std::string> predicates;
  for (const auto& node : plan.of) {
    // "Are there more dogs than cats?" takes neither to be there.
    const bool is_named = (plan.type == AnswerType::order && !picks_by_number(plan)) ||
                          (plan.type == AnswerType::text && !plan.look.empty());
    if (is_named) collect_true(node, predicates);
    collect_presupposed(node, predicates);
  }
  return predicates;
}

}  // namespace hindsight::query
