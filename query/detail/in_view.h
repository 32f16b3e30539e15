// Words that say no more than that something is in the picture.
#pragma once

#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {

/// "visible", "in the picture", no words at all: a verb phrase that says no more.
[[nodiscard]] bool is_visible(Words words);

/// "a moment with two cars" is about two cars.
[[nodiscard]] Words behind_moment(Words words);

/// "two cars at once": what is seen in one picture is seen together.
[[nodiscard]] Words without_together(Words words);

}  // namespace hindsight::query::detail
