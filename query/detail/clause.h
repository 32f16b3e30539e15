// Clauses of a question ("the red car leaves", "there are two dogs", "the sign says OPEN") as
// timelines of questions that a model answers about one pair.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "query/detail/time_lexer.h"
#include "query/plan.h"

namespace hindsight::query::detail {

/// The auxiliary in front of a clause that a question has turned round: "is", "does", "has", "can".
enum class Auxiliary { none, be, do_, have, can };

struct Clause {
  PlanNode node;
  Edge edge = Edge::whole;  ///< which end of its intervals the verb names: "leaves" is an end
  std::string name{};       ///< what it says, where its words are not to be kept; else empty
  /// Where the verb phrase begins, in bytes of the question; empty when there is none.
  std::optional<std::size_t> verb{};
  bool is_several = false;   ///< of two subjects joined by "and"
  bool is_presence = false;  ///< its subject is, comes into or leaves view, and no more
};

[[nodiscard]] PlanNode timeline_of(std::string predicate);
[[nodiscard]] PlanNode apply(PlanOp op, std::vector<PlanNode> operands);

/// Reads "(auxiliary) subject verb ..."; a subject alone means that it is visible.  `question` is
/// the text that the words come from: what a sign says keeps its capitals.  Empty when the words
/// are no clause that this grammar knows.
[[nodiscard]] std::optional<Clause> read_clause(Words words,
                                                std::string_view question,
                                                Auxiliary auxiliary = Auxiliary::none);

/// "ALWAYS" of "does the sign say ALWAYS OPEN": what is written somewhere, and says nothing else.
[[nodiscard]] bool is_in_capitals(const Word& word, std::string_view question);

/// The auxiliary that word `i` is, in any tense and with or without "not".
[[nodiscard]] std::optional<Auxiliary> auxiliary_at(Words words, std::size_t i);

}  // namespace hindsight::query::detail
