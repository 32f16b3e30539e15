// Events of a question: a clause, which of its occurrences is meant, and how it lies to other
// clauses ("the second time the red car appears after the door opens").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/detail/clause.h"

namespace hindsight::query::detail {

struct Event {
  PlanNode node;
  Edge edge = Edge::whole;
  std::string name;          ///< as the user wrote it
  bool is_several = false;   ///< of "a dog and a bicycle", both at once
  bool is_presence = false;  ///< of any that is there, and no more is said of it
  /// More is said of "the first dog" than that it is there: the node has the first time that this
  /// is so of any dog.
  bool is_of_nth = false;
};

/// How an event's clause is joined with the one it is compared with: "while", "before", "after".
enum class Togetherness {
  moments,      ///< what is asked about are moments: those of a state that fit
  occurrences,  ///< what is asked about are the first one's intervals
  existence,    ///< whether there is any: a state that began earlier still holds after
};

/// Reads "clause", "clause before clause", "clause between clause and clause", ..., with "first",
/// "last", "second", "next" in the first clause.  Empty when a part is not understood.
[[nodiscard]] std::optional<Event> read_event(Words words,
                                              std::string_view question,
                                              Auxiliary auxiliary,
                                              Togetherness togetherness);

/// Words that join an event's clause with another.
inline constexpr std::string_view kConnectors =
    "before after while during when whenever until since between";

/// Words of a question with "what's" as "what is", "prior to" as "before" and the like; each keeps
/// its place in the question.
[[nodiscard]] std::vector<Word> plain_words(std::string_view question);

/// "the first car" of "the first and the second car": `first` with the thing of `second` where it
/// has an ordinal alone.
[[nodiscard]] std::vector<Word> with_thing_of(Words first, Words second);

/// The words split at commas, "and" and "or": the things of "A, B and C".  A word that closes a
/// list ("both", "either") is left out.
[[nodiscard]] std::vector<Words> split_list(Words words);

/// The subject of an event's clause, without ordinals: "car" of "the first car that appears".
[[nodiscard]] std::optional<std::string> subject_of(Words words);

}  // namespace hindsight::query::detail
