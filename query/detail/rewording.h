// A question that leans on the one before, said in full: "and the blue one?" after "When does the
// red car appear?" is "When does the blue car appear?".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "query/detail/time_lexer.h"
#include "query/plan.h"

namespace hindsight::query::detail {

/// The stretch of a question that names what its plan is about.
struct Subject {
  std::size_t begin = 0;  ///< bytes of the question
  std::size_t end = 0;
  std::string text;  ///< as written: "the red car"
};

/// What the first timeline of `plan` asks for, where the question names it; empty when the question
/// does not name it in one piece.
[[nodiscard]] std::optional<Subject> find_subject(std::string_view question, const Plan& plan);

/// The question with `thing` in place of its subject; "one" and "ones" in it stand for the
/// subject's noun.  Empty when `thing` is no noun phrase.
[[nodiscard]] std::optional<std::string> with_other_subject(std::string_view question,
                                                            const Subject& subject,
                                                            Words thing);

/// The question with the subject in place of the first "it", "they", "them", "he" or "she"; empty
/// when there is none.  question: the words come from it.
[[nodiscard]] std::optional<std::string> with_pronoun_named(std::string_view question,
                                                            Words words,
                                                            const Subject& subject);

}  // namespace hindsight::query::detail
