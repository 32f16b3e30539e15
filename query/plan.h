// A question as a value: timelines of predicates, operators over them, and the kind of answer.
// Plans print readably (to_text), are read from and written as JSON (to_json, parse_plan; the
// schema is in query/README.md), and can be written by hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"
#include "query/operators.h"

namespace hindsight::query {

/// What a node does with the lists of its operands.
enum class PlanOp {
  timeline,    ///< where `predicate` is true
  both,        ///< moments of all operands
  either,      ///< moments of any operand
  negation,    ///< moments of the range that are not in the operand
  nth,         ///< the n-th of the operand, from the end when n < 0
  longest,     ///< of the operand
  shortest,    ///< of the operand
  gaps,        ///< between the operand's intervals
  onsets,      ///< those of the operand whose begin lies inside the range: seen to begin
  offsets,     ///< those of the operand whose end lies inside the range: seen to end
  arrivals,    ///< of a timeline "Is a car visible?" its intervals and, within them, those of two
               ///< cars, of three, ...: one for each car that comes
  each,        ///< the intervals of all operands, one by one: of cars and of trucks
  most,        ///< of the same, the intervals of the greatest number that is there at once
  before,      ///< those of the first that begin before the second first begins
  before_end,  ///< ... before the second first ends
  after,       ///< ... later than the second first begins
  after_end,   ///< ... when or after the second first ends
  until,       ///< moments of the first until the second first begins
  until_end,   ///< ... until the second first ends
  since,       ///< moments of the first since the second first began
  since_end,   ///< ... since the second first ended
  inside,      ///< those of the first that lie inside one of the second
  sharing,     ///< those of the first that share a moment with one of the second
  at_begin,    ///< those of the first that hold as one of the second begins
  at_end,      ///< those of the first that hold as one of the second ends
  between,   ///< those of the first that begin after the second first begins, before the third next
             ///< does
  near,      ///< those of the first at most `distance` from one of the second
  relation,  ///< those of the first that lie so (`relation`) to one of the second
  /// From the first event of the first to the next one of the second: begins, or ends of `offsets`.
  stretch,
};

struct PlanNode {
  PlanOp op = PlanOp::timeline;
  /// timeline: the question put to the model about one pair, "Is a red car visible?".
  std::string predicate{};
  std::vector<PlanNode> of{};
  int n = 1;
  MediaDuration distance{};
  Relation relation = Relation::before;
  friend bool operator==(const PlanNode&, const PlanNode&) = default;
};

enum class AnswerType {
  when,      ///< the intervals, or one edge of them
  count,     ///< how many intervals, or of `most` how many at once; with `look`, the number that
             ///< one picture shows, or without a node and `at` how many different replies there are
  duration,  ///< seconds in the intervals
  text,      ///< what the model says of pairs in the first interval
  yes_no,    ///< whether there is any interval
  order,     ///< the operands by their first begin, or one of them (`pick`)
  list,      ///< the intervals, one by one; with `look`, every reply to it, by first appearance
};

/// Which time of an interval is asked for.
enum class Edge { whole, begin, end };

/// Which of the operands of an `order` is asked for, or how those of a `yes_no` compare.
enum class Pick {
  all,       ///< every one, in order
  first,     ///< that which begins first
  last,      ///< that which begins last, going by first begins
  longest,   ///< that which holds longest in all
  shortest,  ///< that which holds shortest in all
  most,      ///< that with most intervals; of yes_no: whether the first has more than the second
  fewest,    ///< likewise
};

struct Plan {
  AnswerType type = AnswerType::when;
  /// One node; several for `order` and for a `yes_no` that compares; none when `at` and `look` say
  /// it all, and of an inventory.
  std::vector<PlanNode> of{};
  /// How the question names each of them, for the answer's sentence.
  std::vector<std::string> names{};
  Edge edge = Edge::whole;
  Pick pick = Pick::all;
  /// yes_no: the question is whether it never happens.
  bool never = false;
  /// count: intervals an hour instead of their number.
  bool per_hour = false;
  /// duration: percent of the range instead of seconds.
  bool share = false;
  /// text, count and list: the question put to single pairs, "What colour is the car?".
  std::string look{};
  /// The moment that is asked about: yes_no and `look` are decided there.
  std::optional<MediaTime> at{};
  /// Gaps of a timeline up to this are filled: a car behind a tree has not left.
  MediaDuration merge = std::chrono::seconds{2};
  friend bool operator==(const Plan&, const Plan&) = default;
};

inline constexpr int kPlanVersion = 1;
/// Nodes below a node below a plan.
inline constexpr int kMaxPlanDepth = 16;
/// Of a predicate or `look`.
inline constexpr std::size_t kMaxPredicateBytes = 300;

[[nodiscard]] std::string_view to_string(AnswerType type);

/// Whether its nodes are compared by how many intervals they have.
[[nodiscard]] bool picks_by_number(const Plan& plan);

/// How the question names the plan's node `i`; without a name, its first predicate.
[[nodiscard]] std::string name_of(const Plan& plan, std::size_t i);

/// Whether all replies to `look` are asked for, wherever in the range: "which places are shown".
[[nodiscard]] bool is_inventory(const Plan& plan);

/// Whether a node's intervals are the moments at which something is so: of timelines and sets of
/// them alone.
[[nodiscard]] bool is_state(const PlanNode& node);

/// Throws Error(usage), naming the node, when an operator has the wrong number of operands, a
/// predicate is empty, too long or holds control characters, or the type lacks what it needs.
void check(const Plan& plan);

/// One line, with every member that is not at its default.
[[nodiscard]] std::string to_json(const Plan& plan);
/// Throws Error(usage) naming `source` and the key at fault; checks the plan.
[[nodiscard]] Plan parse_plan(std::string_view json, std::string_view source);

/// For people, indented: "when\n  after\n    \"Is a red car visible?\"\n ...".
[[nodiscard]] std::string to_text(const Plan& plan);

/// The predicates of a plan, each once, in order.
[[nodiscard]] std::vector<std::string> predicates_of(const Plan& plan);

}  // namespace hindsight::query
