// What stands around a question: politeness, a clause put in front, "in the video", "all the time".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "query/detail/time_lexer.h"
#include "query/plan.h"

namespace hindsight::query::detail {

inline constexpr std::string_view kPoliteness =
    "please can could would you tell me us do know i want need to find out if whether check "
    "hindsight , "
    "and so";

/// "after the truck, what colour is the next car" as "what colour is the next car after the truck".
/// Empty when the question does not begin with such a clause.
[[nodiscard]] std::vector<Word> with_front_behind(Words words);

/// Without "in the video", which everything is.
[[nodiscard]] Words without_place(Words words);

/// Takes "always", "throughout the video", "all the time" from a question of yes or no; true when
/// there was one.
[[nodiscard]] bool take_throughout(std::vector<Word>& words, std::string_view question);

/// Whether it always is so: never not.  Of a state; "does the door open all the time" is none.
[[nodiscard]] std::optional<Plan> throughout(Plan plan);

}  // namespace hindsight::query::detail
